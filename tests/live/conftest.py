"""Fixtures of the socket tests: raw clients that are closed at the end, and entry scans that are answered on demand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from hub.app import LIVE
from hub.live.server import LiveServer
from hub.rules.decisions import Decision
from hub.rules.refusals import Unavailable
from tests.support.calendar_client import Visitor
from tests.support.hand_turned_wheel import HandTurnedWheel
from tests.support.hub import Hub
from tests.support.raw_websocket import RawClient


class HeldEntryScans:
    """Entry scans that keep every scan request until the test answers it."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.held: list[tuple[Any, asyncio.Future[Decision]]] = []

    def submit(self, scan_request: Any) -> asyncio.Future[Decision]:
        future: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self.held.append((scan_request, future))
        return future

    async def let_go(self, number: int = 0) -> None:
        scan_request, future = self.held.pop(number)
        future.set_result(await self.real.submit(scan_request))

    def fail(self, number: int = 0) -> None:
        self.held.pop(number)[1].set_exception(Unavailable("door"))

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.held) < count:
                await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def patience(slow_servers: None) -> None:
    """Give hubs opened from now on time limits that a busy machine does not exceed: the tests check what is sent, not
    how fast.
    """


@pytest.fixture
def live(hub: Hub) -> LiveServer:
    return hub.app[LIVE]


@pytest.fixture
async def wheel(live: LiveServer) -> HandTurnedWheel:
    return HandTurnedWheel(live)


@pytest.fixture
def held_scans(live: LiveServer) -> Iterator[HeldEntryScans]:
    held = HeldEntryScans(live.scans.entry_scans)
    live.scans.entry_scans = held  # type: ignore[assignment]
    yield held
    live.scans.entry_scans = held.real


@pytest.fixture
async def raw(hub: Hub) -> AsyncIterator[Callable[..., Awaitable[RawClient]]]:
    """`await raw(receive_buffer=4096, Origin="https://evil.example")` opens one more raw client."""
    clients: list[RawClient] = []

    async def open_one(url: str | None = None, **requests: Any) -> RawClient:
        client = await RawClient.open(url or hub.url, **requests)
        clients.append(client)
        return client

    yield open_one
    for client in clients:
        client.drop()


@pytest.fixture
async def visit(hub: Hub, raw: Callable[..., Awaitable[RawClient]]) -> Callable[..., Awaitable[Visitor]]:
    """`await visit("2026-12", at=other_hub)` returns a visitor who has received the snapshot of the month."""

    async def come(month: str = "2026-11", *, at: Hub = hub, query: str = "", **requests: Any) -> Visitor:
        visitor = Visitor(await raw(at.url, path=f"/ws/availability?month={month}{query}", **requests))
        assert (await visitor.receive())["whole"]
        return visitor

    return come
