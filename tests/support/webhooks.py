"""Webhooks in tests: a real server that receives them, subscriptions to it, and the tables behind them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

from aiohttp import web

from db.pool import Pool
from hub.actions.audit.actor import Actor
from hub.actions.webhooks.number_events import EventNumbers
from hub.actions.webhooks.subscriptions import WebhookFields, WebhookWithSecret, add_webhook
from hub.rules.webhook_events import EVENTS, Event
from hub.services import Services
from tests.support.hub import Hub
from tests.support.ports import free_port
from tests.support.rows import add_row, change_rows, count_rows, read_row, read_rows
from tests.support.world import NOON, World

OWN_NETWORK = (ip_network("127.0.0.0/8"),)
"""The setting by which a hub may call the receivers of tests."""
PATIENCE = 60.0


@dataclass
class Receiver:
    """A server that keeps what it receives. `answer` decides what it says: a status, or a coroutine that returns a response."""

    answer: Callable[[web.Request, bytes], int | Awaitable[web.StreamResponse]] = lambda request, body: 204
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0
    _runner: web.AppRunner | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def start(self) -> Receiver:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_post("/hook", self._receive)
        self.port = self.port or free_port()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_port=True).start()
        return self

    async def stop(self) -> None:
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.received.append((dict(request.headers), body))
        self._news.set()
        answer = self.answer(request, body)
        return web.Response(status=answer) if isinstance(answer, int) else await answer

    @property
    def events(self) -> list[dict[str, Any]]:
        """Return every event in the order of receipt, repeated ones too."""
        return [event for _, body in self.received for event in events_in(body)]

    async def wait(self, enough: Callable[[Receiver], bool]) -> None:
        """Wait until what was received is enough."""
        async with asyncio.timeout(PATIENCE):
            while not enough(self):
                self._news.clear()
                await self._news.wait()

    async def wait_for(self, count: int) -> list[dict[str, Any]]:
        """Wait for so many events, repeated ones too, and return them."""
        await self.wait(lambda receiver: len(receiver.events) >= count)
        return self.events


def events_in(body: bytes) -> list[dict[str, Any]]:
    document = json.loads(body)
    events: list[dict[str, Any]] = document.get("events", [document])
    return events


async def subscribe(world: World, url: str, events: tuple[str, ...] = EVENTS, **fields: Any) -> WebhookWithSecret:
    """Subscribe to events of every venue, unless `fields` say otherwise."""
    return await add_webhook(world.hub.services, Actor(world.org_id), WebhookFields("Shop", url, events, **fields))


async def write_down(world: World, **fields: Any) -> WebhookWithSecret:
    """Subscribe without a receiver: a pause, so that events are written and nothing is delivered."""
    return await subscribe(world, "https://shop.example/hook", paused=True, **fields)


async def numbered_events(world: World) -> list[dict[str, Any]]:
    """Number what was written, and return the whole log. The hub's own job may be numbering at this moment."""
    pool: Pool = world.hub.services.database.jobs
    async with asyncio.timeout(PATIENCE):
        while await count_rows(pool, "webhook_inbox"):
            await EventNumbers(pool).give()
            await asyncio.sleep(0)
    rows = await read_rows(pool, "webhook_events", order_by="org_id, sequence", org_id=world.org_id)
    return [{**dict(row), "data": json.loads(row["data"])} for row in rows]


async def numbers_and_objects(world: World) -> list[tuple[int, str]]:
    """Return the log as it is, without numbering anything."""
    pool: Pool = world.hub.services.database.jobs
    rows = await read_rows(pool, "webhook_events", order_by="org_id, sequence", org_id=world.org_id)
    return [(row["sequence"], row["object"]) for row in rows]


async def kinds(world: World) -> list[str]:
    """Return the kinds of all events so far, in the order of the log."""
    return [event["kind"] for event in await numbered_events(world)]


def some_events(count: int, objects: int = 10, kind: str = "order.paid") -> list[Event]:
    """Return events that tell their place among those of their object."""
    return [Event(kind, f"order:{n % objects}", NOON, {"n": n}) for n in range(count)]


async def read_webhook_row(database: Any, webhook_id: int) -> Any:
    return await read_row(database, "webhooks", id=webhook_id)


async def change_webhook_row(database: Any, webhook_id: int, **columns: Any) -> None:
    await change_rows(database, "webhooks", {"id": webhook_id}, **columns)


async def read_retries(database: Any, webhook_id: int) -> list[Any]:
    return await read_rows(database, "webhook_retries", order_by="sequence", webhook_id=webhook_id)


async def read_deliveries(database: Any, webhook_id: int) -> list[Any]:
    return await read_rows(database, "webhook_deliveries", order_by="id", webhook_id=webhook_id)


async def count_inbox(database: Any) -> int:
    return await count_rows(database, "webhook_inbox")


async def add_event_row(database: Any, org_id: int, sequence: int, **columns: Any) -> None:
    """Add an event to the log without its change."""
    given = {"kind": "order.paid", "object": "order:1", "at": NOON, "data": "{}", **columns}
    await add_row(database, "webhook_events", org_id=org_id, sequence=sequence, **given)


def webhook_hub_settings() -> dict[str, Any]:
    """Return the settings of a hub that may call receivers of tests."""
    return {"webhook_networks": OWN_NETWORK}


async def wait_until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            await asyncio.sleep(0.01)


async def hub_and_world(open_hub: Callable[..., Awaitable[Hub]], **settings: Any) -> tuple[Hub, World]:
    hub = await open_hub(**{**webhook_hub_settings(), **settings})
    return hub, await World(hub).found()


def services_of(world: World) -> Services:
    return world.hub.services


async def add_delivery_rows(world: World, webhook_id: int, now: datetime) -> None:
    """Add a request that was taken, and a later one that was not."""
    body = '{"id":"5f0c2a9e-7d4b-4d0c-9f3a-1c2f0f6f3a10","type":"entry.recorded","sequence":812,"data":{"gate":"A"}}'
    for minutes, number, status, answer, error in (
        (10, 811, 204, "", None),
        (9, 812, 500, "Internal error", "status 500"),
    ):
        await add_row(
            world.hub.database, "webhook_deliveries", org_id=world.org_id, webhook_id=webhook_id, event_id=uuid4(),
            kind="entry.recorded", sequences=[number], attempt=1, sent_at=now - timedelta(minutes=minutes), milliseconds=37,
            request=body, status=status, answer=answer, error=error,
        )  # fmt: skip


async def add_retry_row(database: Any, org_id: int, webhook_id: int, sequence: int, at: datetime) -> None:
    """Add an event that waits for another try."""
    await add_row(
        database, "webhook_retries", org_id=org_id, webhook_id=webhook_id, sequence=sequence, object="order:1", next_attempt_at=at
    )  # fmt: skip
