"""A TCP proxy that makes faults between the hub and a server: no connection, silence, delay, a cut, a lost reply."""

from __future__ import annotations

import asyncio
import contextlib
import random
import struct
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

_CHUNK = 65536


class Watcher(Protocol):
    """Sees the bytes of one connection, and says which reply is lost."""

    def asks(self, sent: bytes) -> bool:
        """Return whether the reply to what the client sends here must not arrive."""

    def complete(self, reply: bytes) -> bool:
        """Return whether this is the whole reply, so that the server has done what it was asked."""


class TextWatcher:
    """Loses a share of the replies to requests that hold `text`, such as `EVALSHA` of Redis."""

    def __init__(self, text: bytes, share: float, chance: random.Random) -> None:
        self._text, self._share, self._chance = text, share, chance

    def asks(self, sent: bytes) -> bool:
        return self._text in sent and self._chance.random() < self._share

    def complete(self, reply: bytes) -> bool:
        return bool(reply)


class StatementWatcher:
    """Loses the reply of Postgres to statements that hold `text`, after the server has committed them.

    It reads the client's messages: a prepared statement is named once, with its text, and later by its name only. "Ready for
    query" outside of a transaction is the end of a reply, and is sent after the commit.
    """

    _READY = b"Z\x00\x00\x00\x05I"

    def __init__(self, text: bytes, share: float, chance: random.Random) -> None:
        self._text, self._share, self._chance = text, share, chance
        self._buffer = b""
        self._started = False
        self._names: set[bytes] = set()

    def asks(self, sent: bytes) -> bool:
        self._buffer += sent
        found = False
        while len(self._buffer) >= 5:
            at = 0 if not self._started else 1  # the first message has no type
            (size,) = struct.unpack_from("!I", self._buffer, at)
            if len(self._buffer) < at + size:
                break
            kind, body = self._buffer[:at], self._buffer[at + 4 : at + size]
            self._buffer, self._started = self._buffer[at + size :], True
            found |= self._changes(kind, body)
        return found and self._chance.random() < self._share

    def _changes(self, kind: bytes, body: bytes) -> bool:
        if kind == b"P":
            name, _, text = body.partition(b"\0")
            if self._text in text:
                self._names.add(name)
        elif kind == b"B":
            _, _, rest = body.partition(b"\0")
            return rest.partition(b"\0")[0] in self._names
        return kind == b"Q" and self._text in body

    def complete(self, reply: bytes) -> bool:
        return reply.endswith(self._READY)


class FaultProxy:
    """Forwards to one server. Its attributes are the faults, and take effect at once, also on open connections."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._passes = asyncio.Event()
        self._passes.set()
        self.port = 0
        self.connections = 0
        """Connections that clients have opened so far."""
        self.refuses = False
        """New connections are ended at once."""
        self.delay = 0.0
        """Seconds by which every piece of a reply comes later."""
        self.loses: Callable[[], Watcher] | None = None
        """Makes the watcher of each connection; None: no reply is lost."""
        self.lost = 0
        """Replies lost so far."""
        self.most_lost = 0
        """Replies after which no more are lost; 0: no limit."""

    async def open(self) -> FaultProxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.hold(False)
        self.cut()

    def hold(self, silent: bool = True) -> None:
        """Let nothing pass in either direction, and drop nothing: a server that was stopped."""
        if silent:
            self._passes.clear()
        else:
            self._passes.set()

    def cut(self) -> int:
        """End all open connections with a reset, and return how many there were."""
        links = list(self._links)
        for link in links:
            link.abort()
        return len(links)

    @property
    def open_connections(self) -> int:
        return len(self._links)

    @property
    def ports(self) -> set[int]:
        """Return the local ports of the connections to the server, by which it knows who is behind the proxy."""
        return {link.port for link in self._links}

    def in_front_of(self, url: str) -> str:
        """Return the URL of the server with the proxy's address."""
        parts = urlsplit(url)
        user, at, _ = parts.netloc.rpartition("@")
        query = "sslmode=disable" if parts.scheme.startswith("postgres") else parts.query
        return urlunsplit((parts.scheme, f"{user}{at}127.0.0.1:{self.port}", parts.path, query, ""))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.refuses:
            writer.transport.abort()
            return
        try:
            to_server = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        link = _Link(self, (reader, writer), to_server)
        self._links.add(link)
        try:
            # When the loop ends, asyncio would print a traceback for every link that was cancelled.
            with contextlib.suppress(asyncio.CancelledError):
                await link.run()
        finally:
            self._links.discard(link)
            link.abort()

    async def passes(self) -> None:
        await self._passes.wait()

    def may_lose(self) -> bool:
        return self.loses is not None and not (self.most_lost and self.lost >= self.most_lost)


class _Link:
    """One connection through the proxy."""

    def __init__(
        self,
        proxy: FaultProxy,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self._proxy = proxy
        self._client, self._server = client, server
        self._watcher: Watcher | None = None
        self._losing = False
        self._reply = b""
        self.port: int = server[1].get_extra_info("sockname")[1]

    async def run(self) -> None:
        """Forward until one side ends."""
        tasks = [asyncio.ensure_future(self._to_server()), asyncio.ensure_future(self._to_client())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def abort(self) -> None:
        for _, writer in (self._client, self._server):
            with contextlib.suppress(RuntimeError):
                writer.transport.abort()

    async def _to_server(self) -> None:
        with contextlib.suppress(OSError):
            while data := await self._client[0].read(_CHUNK):
                await self._proxy.passes()
                # Every connection is watched from its start, because statements are named when they are prepared.
                if self._watcher is None and self._proxy.loses is not None:
                    self._watcher = self._proxy.loses()
                if self._watcher is not None and self._watcher.asks(data) and self._proxy.may_lose():
                    self._losing, self._reply = True, b""
                self._server[1].write(data)
                await self._server[1].drain()

    async def _to_client(self) -> None:
        with contextlib.suppress(OSError):
            while data := await self._server[0].read(_CHUNK):
                await self._proxy.passes()
                if self._losing and self._watcher is not None:
                    self._reply += data
                    if self._watcher.complete(self._reply):
                        self._proxy.lost += 1
                        return
                    continue
                if self._proxy.delay:
                    await asyncio.sleep(self._proxy.delay)
                self._client[1].write(data)
                await self._client[1].drain()
