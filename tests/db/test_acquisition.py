"""Acquisition: while others hold all connections of the server, the pool goes on with its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from db import acquisition, primary
from db.acquisition import Acquisition
from db.pool import DatabaseDown, Pool


class Server:
    """The test's Postgres, which has room for so many further connections."""

    def __init__(self) -> None:
        self.room = 0
        self.asked = 0
        self._connect = asyncpg.connect

    async def connect(self, *how: Any, **named: Any) -> Any:
        self.asked += 1
        if not self.room:
            raise asyncpg.TooManyConnectionsError("sorry, too many clients already")
        self.room -= 1
        return await self._connect(*how, **named)


Open = Callable[[], Awaitable[Pool]]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr(primary, "connect", server.connect)
    return server


@pytest.fixture
async def open_pool(database_url: str, server: Server) -> AsyncIterator[Open]:
    """`await open_pool()` opens a pool of at most four connections. The server must have room for the first."""
    opened: list[Pool] = []

    async def open_one() -> Pool:
        pool = Pool(database_url, size=4, patience=15.0)
        await pool.open()
        opened.append(pool)
        return pool

    yield open_one
    for pool in opened:
        await pool.close()


@asynccontextmanager
async def busy(pool: Pool, count: int) -> AsyncIterator[Callable[[], None]]:
    """Use so many connections until the function that is yielded is called."""
    free, held = asyncio.Event(), asyncio.Semaphore(0)

    async def hold() -> None:
        async with pool.connection():
            held.release()
            await free.wait()

    holders = [asyncio.ensure_future(hold()) for _ in range(count)]
    for _ in range(count):
        await held.acquire()
    yield free.set
    free.set()
    await asyncio.gather(*holders)


async def test_callers_wait_for_the_pools_own_connections(server: Server, open_pool: Open) -> None:
    server.room = 2
    pool = await open_pool()
    async with busy(pool, 2) as free:
        callers = [asyncio.ensure_future(pool.fetchval("SELECT $1::int", number)) for number in range(20)]
        await asyncio.sleep(0.02)
        assert not any(caller.done() for caller in callers)
        free()
        assert await asyncio.gather(*callers) == list(range(20))
    assert pool.gauges[1] == 2


async def test_the_server_is_not_asked_again_by_each_caller(
    server: Server, open_pool: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acquisition, "RETRY_SECONDS", 600.0)
    server.room = 1
    pool = await open_pool()
    async with busy(pool, 1) as free:
        callers = [asyncio.ensure_future(pool.fetchval("SELECT 1")) for _ in range(20)]
        await asyncio.sleep(0.02)
        free()
        await asyncio.gather(*callers)
    assert server.asked <= 1 + 3, "the first, and one for each connection that the pool could still open"


async def test_room_that_is_free_again_is_used(
    server: Server, open_pool: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acquisition, "RETRY_SECONDS", 0.01)
    server.room = 1
    pool = await open_pool()
    async with busy(pool, 1):
        waiting = asyncio.ensure_future(pool.fetchval("SELECT 7"))
        await asyncio.sleep(0.02)
        assert not waiting.done()
        server.room = 1
        assert await waiting == 7


async def test_nobody_waits_longer_than_the_pools_patience(server: Server, open_pool: Open) -> None:
    server.room = 1
    pool = await open_pool()
    async with busy(pool, 1):
        pool._patience = 0.05
        with pytest.raises(DatabaseDown):
            await pool.fetchval("SELECT 1")
    assert await pool.fetchval("SELECT 1") == 1


async def test_without_it_they_are_refused(server: Server, open_pool: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: asyncpg alone passes the refusal on."""

    async def acquire(_: Acquisition, pool: asyncpg.Pool) -> Any:
        return await pool.acquire()

    monkeypatch.setattr(Acquisition, "acquire", acquire)
    server.room = 2
    pool = await open_pool()
    async with busy(pool, 2):
        with pytest.raises(DatabaseDown, match="TooManyConnections"):
            await pool.fetchval("SELECT 1")
