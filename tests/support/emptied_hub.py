"""A hub that the tests of a file share, so that its database, connections and jobs are set up once.

Tests with the mark `one_hub` get it, each of them empty:

    pytestmark = pytest.mark.one_hub                    # at noon
    pytestmark = pytest.mark.one_hub(moment=AFTERNOON)
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from time import monotonic

import asyncpg
import redis
from aiohttp import web

from hub.clock import Clock
from hub.embedded.supervisor import ServerUrls
from tests.support.databases import EMPTY, copied_database
from tests.support.hub import Hub, settings_for
from tests.support.world import NOON

YOUNG_SECONDS = 8.0
"""The age at which a hub that must be young is opened again. Jobs that come every ten seconds and more have then never run, as in the hub
of a single test: many tests run such a job themselves and count what it did.
"""

Prepare = Callable[[web.Application], None]


class EmptiedHub:
    """The hub of a file: opened for the first test, emptied for the others, and opened again after a test that moved
    its clock, closed it or gave it other settings.

    A hub that has seen a later moment may still have tasks from it. `prepare` is called with the application of each
    hub before it is opened.
    """

    def __init__(self, database_url: str, redis_url: str, folder: Path, port: int, prepare: Prepare) -> None:
        self._database_url = database_url
        self._redis_url = redis_url
        self._folder = folder
        self._prepare = prepare
        # The same for each hub of the file, so that a browser's tabs have its files.
        self._settings = settings_for(database_url, redis_url, folder, port)
        self._hub: Hub | None = None
        self._owner: asyncpg.Connection | None = None
        self._opened_for: datetime | None = None
        self._offset = 0.0
        self._opened_at = 0.0

    async def opened(self, moment: datetime = NOON, *, young: bool = False) -> Hub:
        """Return the hub at this moment, empty: without an organisation, mail or file. `young`: no older than `YOUNG_SECONDS`."""
        hub = self._hub
        too_old = young and monotonic() - self._opened_at > YOUNG_SECONDS
        if hub is not None and (
            too_old or hub.client.closed or not hub.listening or hub.settings != self._settings
            or hub.clock.offset_seconds != self._offset or moment != self._opened_for
        ):  # fmt: skip
            await self.close()
        elif hub is not None:
            await hub.hang_up()
        await self._empty()
        if self._hub is None:
            clock = Clock()
            clock.set(moment)
            hub = Hub(self._settings, clock)
            self._prepare(hub.app)
            self._hub = await hub.open()
            self._opened_at = monotonic()
        # Seconds have passed since the hub was opened.
        self._hub.clock.set(moment)
        self._opened_for, self._offset = moment, self._hub.clock.offset_seconds
        self._hub.services.venues.forget()
        self._hub.services.products.forget()
        return self._hub

    async def _empty(self) -> None:
        if self._owner is None:
            self._owner = await asyncpg.connect(self._database_url)
        for last in (False, False, False, False, True):
            # A job of the hub may hold a row in each of two tables. Then one of the two is the victim of a deadlock.
            with nullcontext() if last else suppress(asyncpg.DeadlockDetectedError):
                await self._owner.execute(EMPTY)
                break
        # A test beside the hub, with a database of its own, has used the same ids.
        await empty_redis(self._redis_url)
        for file in self._folder.glob("mail/*"):
            file.unlink(missing_ok=True)

    async def close(self) -> None:
        """Close the hub. The next test opens another one."""
        if self._hub is not None and not self._hub.client.closed:
            await self._hub.close()
        self._hub = None

    async def end(self) -> None:
        await self.close()
        if self._owner is not None:
            await self._owner.close()


@asynccontextmanager
async def emptied_hub(
    servers: ServerUrls, folder: Path, port: int, prepare: Prepare = lambda app: None
) -> AsyncIterator[EmptiedHub]:
    async with copied_database(servers.database_url, "file") as database_url:
        hub = EmptiedHub(database_url, servers.redis_url, folder, port, prepare)
        try:
            yield hub
        finally:
            await hub.end()


@cache
def _redis_at(url: str) -> redis.Redis:
    # A longer time limit than the hub's client: on a busy machine 0.25 s are not enough.
    return redis.Redis.from_url(url, socket_connect_timeout=20, socket_timeout=20)


async def empty_redis(url: str) -> None:
    """Empty it through a connection that is kept. A new one for each test takes 2 ms of processor time."""
    _redis_at(url).flushall()
