"""The hub under test: it runs in the test's process on a real port, with short methods for its API."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import aiohttp_jinja2
from aiohttp import web
from jinja2.bccache import Bucket, BytecodeCache

from hub.app import LIVE, build_app, clean_up
from hub.clock import Clock
from hub.events.announcements import Announcement, MessagesWritten, PeerSeen
from hub.services import Services
from hub.settings import Settings
from tests.support.websocket_client import Socket
from web import keys, routes
from web.api.openapi import build_document
from web.api.table import ENDPOINTS

RELAY_PATIENCE = 1.0
"""Seconds to wait for the relay; a hub whose Redis is away has none."""
COMPILED_TEMPLATES: dict[str, bytes] = {}


@cache
def _document() -> dict[str, Any]:
    return build_document(ENDPOINTS, "")


def _document_at(_: Any, public_url: str) -> dict[str, Any]:
    return {**_document(), "servers": [{"url": public_url}]}


# Every hub would build the OpenAPI document again (10 ms), although only the URL differs.
routes.build_document = _document_at


def settings_for(database_url: str, redis_url: str, data_dir: Path, port: int, **changes: Any) -> Settings:
    """Return settings as from the environment, with every rate limit off unless `changes` has one."""
    env = {
        "HUB_DATABASE_URL": database_url,
        "HUB_REDIS_URL": redis_url,
        "HUB_DATA_DIR": str(data_dir),
        "HUB_PORT": str(port),
        "HUB_RATE_RESERVATIONS": "off",
        "HUB_RATE_VALIDATE": "off",
        "HUB_RATE_CODES": "off",
        "HUB_RATE_WAITING_ROOM": "off",
        "HUB_RATE_OPERATOR": "off",
        "HUB_RATE_SYNC": "off",
        "HUB_RATE_SIGN_IN": "off",
        "HUB_RATE_STAFF": "off",
        "HUB_SOCKETS_PER_OPERATOR": "off",
        "HUB_SECRET_KEY": "a test's secret of at least thirty-two bytes",
    }
    return replace(Settings.from_environment(env, development=True), **changes)


class CompiledTemplates(BytecodeCache):
    """A cache of compiled templates that all hubs of this process share."""

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in COMPILED_TEMPLATES:
            bucket.bytecode_from_string(COMPILED_TEMPLATES[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        COMPILED_TEMPLATES[bucket.key] = bucket.bytecode_to_string()


class Hub:
    """A running hub inside the test's process, with its own port."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.url = settings.public_url
        self.app = build_app(settings, clock=clock)
        if settings.role != "jobs":
            aiohttp_jinja2.get_env(self.app).bytecode_cache = CompiledTemplates()
        self._runner = web.AppRunner(
            self.app, access_log=None, keepalive_timeout=15, shutdown_timeout=2, auto_decompress=False
        )

    async def open(self) -> Hub:
        await self._runner.setup()
        await self.listen()
        self._connect()
        return self

    async def listen(self) -> None:
        """Take connections, for the first time or again after `stop_listening`."""
        await web.TCPSite(self._runner, self.settings.host, self.settings.port, reuse_port=True).start()

    @property
    def listening(self) -> bool:
        return bool(self._runner.sites)

    async def stop_listening(self) -> None:
        """Refuse new connections and cut all open ones, as a network that is lost. The hub itself runs on, with its memory."""
        for site in self._runner.sites:
            await site.stop()
        assert self._runner.server is not None
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    def _connect(self) -> None:
        # Without a limit. By default the client would wait after a hundred sockets.
        self.client = aiohttp.ClientSession(
            self.url, cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0)
        )

    async def hang_up(self) -> None:
        """Close every open connection of the test's own client, and make a new client."""
        await self.client.close()
        self._connect()

    async def close(self) -> None:
        await self.client.close()
        await clean_up(self._runner)

    @property
    def services(self) -> Services:
        return self.app[keys.SERVICES]

    @property
    def database(self) -> Any:
        return self.services.database

    def announced(self) -> list[Announcement]:
        """Return the list of what this hub announces from now on; it grows. Left out is
        what may come at any time: that another process was seen, and that messages were written."""
        heard: list[Announcement] = []
        self.services.announcer.listen(
            lambda one: None if isinstance(one, PeerSeen | MessagesWritten) else heard.append(one)
        )
        return heard

    async def post(self, path: str, body: Any, *, token: str | None = None, **headers: str) -> tuple[int, Any]:
        """POST JSON and return (status, decoded body). Header names have underscores for dashes."""
        async with self.client.post(path, json=body, headers=_headers(token, headers)) as response:
            return response.status, await response.json()

    async def get(self, path: str, *, token: str | None = None, **headers: str) -> tuple[int, Any]:
        async with self.client.get(path, headers=_headers(token, headers)) as response:
            return response.status, await response.json()

    async def delete(self, path: str, *, token: str | None = None, **headers: str) -> tuple[int, Any]:
        async with self.client.delete(path, headers=_headers(token, headers)) as response:
            return response.status, await response.json()

    async def socket(self, token: str, *, gate: str | None = None) -> Socket:
        """Return the socket of a signed-in scanner or dashboard."""
        await self._relay_connected()
        ws = await self.client.ws_connect("/ws", headers={"Authorization": f"Bearer {token}"}, compress=0)
        socket = Socket(ws)
        assert (await socket.receive())["type"] == "hello"
        socket.ready = await socket.receive()
        assert socket.ready["type"] == "ready"
        if gate is not None:
            await ws.send_json(
                {"type": "device", "device": {"id": f"gate-{gate}", "name": f"Gate {gate}", "gate": gate}}
            )
        return socket

    async def _relay_connected(self) -> None:
        """Wait until the hub receives other processes. When it begins to, it tells each subscriber that events may be missing."""
        with suppress(TimeoutError):
            async with asyncio.timeout(RELAY_PATIENCE):
                while not self.app[LIVE].relay.connected:
                    await asyncio.sleep(0.002)


def _headers(token: str | None, named: dict[str, str]) -> dict[str, str]:
    headers = {name.replace("_", "-"): value for name, value in named.items()}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return headers
