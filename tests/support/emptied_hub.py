"""Hubs that the tests of a file share, so that their database, connections and jobs are set up once.

Tests with the mark `one_hub` get them, each of them empty:

    pytestmark = pytest.mark.one_hub                    # at noon
    pytestmark = pytest.mark.one_hub(moment=AFTERNOON)
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from time import monotonic

import redis
from aiohttp import web

from hub.clock import Clock
from hub.settings import Settings
from tests.support.hub import Hub, settings_for
from tests.support.kept_databases import DatabaseStock, KeptDatabase
from tests.support.world import NOON

YOUNG_SECONDS = 8.0
"""The age at which a hub that must be young is opened again. Jobs that come every ten seconds and more have then never run, as in the hub
of a single test: many tests run such a job themselves and count what it did.
"""

Prepare = Callable[[web.Application], None]


class EmptiedHubs:
    """The hubs of a file, one for each port: opened for the first test, emptied for the others, and opened again after a
    test that moved their clock, closed one or gave it other settings.

    A hub that has seen a later moment may still have tasks from it. With `changes` tests may change the database itself, such as
    drop a constraint. The next one then has another database. `prepare` is called with the application of each hub before it is opened.
    """

    def __init__(
        self,
        stock: DatabaseStock,
        redis_url: str,
        folder: Path,
        ports: Sequence[int],
        *,
        changes: bool = False,
        prepare: Prepare = lambda app: None,
    ) -> None:
        self._stock = stock
        self._redis_url = redis_url
        self._folder = folder
        # The same ports for each hub of the file, so that a browser's tabs have its files.
        self._ports = ports
        self._settings: list[Settings] = []
        self._changes = changes
        self._prepare = prepare
        self._database: KeptDatabase | None = None
        self._hubs: list[Hub] = []
        self._opened_for: datetime | None = None
        self._offset = 0.0
        self._opened_at = 0.0

    async def opened(self, moment: datetime = NOON, *, young: bool = False) -> list[Hub]:
        """Return the hubs at this moment, empty: without an organisation, mail or file. `young`: no older than `YOUNG_SECONDS`."""
        too_old = young and monotonic() - self._opened_at > YOUNG_SECONDS
        if too_old or moment != self._opened_for or not all(map(self._is_as_opened, self._hubs, self._settings)):
            await self.close()
        for hub in self._hubs:
            await hub.hang_up()
        await self._empty()
        if not self._hubs:
            await self._open(moment)
        # Seconds have passed since the hubs were opened. They share their clock.
        self._hubs[0].clock.set(moment)
        self._opened_for, self._offset = moment, self._hubs[0].clock.offset_seconds
        for hub in self._hubs:
            hub.services.venues.forget()
            hub.services.products.forget()
        return self._hubs

    def _is_as_opened(self, hub: Hub, settings: Settings) -> bool:
        at_work = hub.listening and not hub.client.closed
        return at_work and hub.settings == settings and hub.clock.offset_seconds == self._offset

    async def _open(self, moment: datetime) -> None:
        clock = Clock()
        clock.set(moment)
        for settings in self._settings:
            hub = Hub(settings, clock)
            self._prepare(hub.app)
            self._hubs.append(await hub.open())
        self._opened_at = monotonic()

    async def _empty(self) -> None:
        if self._changes and self._database is not None and await self._database.was_changed():
            await self.close()
            await self._database.close()
            self._database = None
        if self._database is None:
            self._database = await self._stock.take()
            url = self._database.url
            self._settings = [settings_for(url, self._redis_url, self._folder, port) for port in self._ports]
        await self._database.empty()
        # A test beside the hub, with a database of its own, has used the same ids.
        await empty_redis(self._redis_url)
        for file in self._folder.glob("mail/*"):
            file.unlink(missing_ok=True)

    async def broken_invariants(self) -> list[str]:
        assert self._database is not None
        return await self._database.broken_invariants()

    async def close(self) -> None:
        """Close the hubs. The next test opens others."""
        while self._hubs:
            hub = self._hubs.pop()
            if not hub.client.closed:
                await hub.close()

    async def end(self) -> None:
        await self.close()
        if self._database is not None:
            self._stock.give_back(self._database)


@asynccontextmanager
async def emptied_hubs(
    stock: DatabaseStock,
    redis_url: str,
    folder: Path,
    ports: Sequence[int],
    *,
    changes: bool = False,
    prepare: Prepare = lambda app: None,
) -> AsyncIterator[EmptiedHubs]:
    hubs = EmptiedHubs(stock, redis_url, folder, ports, changes=changes, prepare=prepare)
    try:
        yield hubs
    finally:
        await hubs.end()


@cache
def _redis_at(url: str) -> redis.Redis:
    # A longer time limit than the hub's client: on a busy machine 0.25 s are not enough.
    return redis.Redis.from_url(url, socket_connect_timeout=20, socket_timeout=20)


async def empty_redis(url: str) -> None:
    """Empty it through a connection that is kept. A new one for each test takes 2 ms of processor time."""
    _redis_at(url).flushall()
