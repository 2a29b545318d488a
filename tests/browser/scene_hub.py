"""A hub that several tests share, so that slow setup is done once.

The tests of one scene also share a venue. Each test of a file with the mark `one_hub` gets the hub empty:

    pytestmark = pytest.mark.one_hub                    # at noon
    pytestmark = pytest.mark.one_hub(moment=AFTERNOON)
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest
import redis.asyncio

from hub import app
from hub.actions.scanning import manifest
from hub.clock import Clock
from hub.embedded.supervisor import ServerUrls
from hub.jobs.imports import ImportJob
from hub.jobs.outbox import OutboxJob
from hub.live.channels.counts import CountChannels
from tests.browser.axe import serve_axe
from tests.conftest import TEMPLATE
from tests.support.hub import Hub, settings_for
from tests.support.invariants import broken_invariants
from tests.support.ports import free_port
from tests.support.world import NOON, World

# All tables at once, in any order. Ids of deleted rows are not used again, so what the hub and Redis still hold of them
# affects no later row.
EMPTY = """DO $$ DECLARE one text; BEGIN
  -- Whatever a job would still write for an organisation waits until there is none.
  LOCK TABLE organisations, venues IN EXCLUSIVE MODE;
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations' LOOP
    EXECUTE format('DELETE FROM %I', one);
  END LOOP;
END $$"""


@contextmanager
def only_people_change_pages() -> Iterator[None]:
    """Hubs that live inside send no mail, so one-time codes can be read in the outbox, and run no periodic job.

    A job would raise an alert or let a reservation lapse between two looks at one state. No page gets counts or a day's
    list from memory either: these serve for two seconds, and would lack what the next state has just written.
    """

    async def nothing(*_: object, **__: object) -> None:
        return

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OutboxJob, "run", nothing)
        patch.setattr(ImportJob, "run", nothing)
        patch.setattr(app, "run_periodically", nothing)
        patch.setattr(manifest, "FRESH_SECONDS", 0.0)
        patch.setattr(CountChannels, "_is_fresh", lambda *_: False)
        yield


@asynccontextmanager
async def scene_hub(servers: ServerUrls, folder: Path) -> AsyncIterator[World]:
    """A running hub at noon with its own database. At the end every invariant of the database must hold."""
    async with _database(servers) as database_url:
        clock = Clock()
        clock.set(NOON)
        hub = Hub(settings_for(database_url, servers.redis_url, folder, free_port()), clock)
        serve_axe(hub.app)
        with only_people_change_pages():
            await hub.open()
            try:
                yield await World(hub).found()
                broken = await broken_invariants(hub.database)
                assert not broken, broken
            finally:
                await hub.close()


class EmptiedHub:
    """The hub of a file: opened for the first test, emptied for the others, and opened again after a test that moved
    its clock.

    A hub that has seen a later moment may still have tasks from it.
    """

    def __init__(self, database_url: str, redis_url: str, folder: Path) -> None:
        self._database_url = database_url
        self._redis_url = redis_url
        self._folder = folder
        self._hub: Hub | None = None
        self._opened_for: datetime | None = None
        self._offset = 0.0

    async def opened(self, moment: datetime = NOON) -> Hub:
        """Return the hub at this moment, empty: without an organisation, mail or file."""
        hub = self._hub
        if hub is not None and (
            hub.client.closed or hub.clock.offset_seconds != self._offset or moment != self._opened_for
        ):
            await self.close()
        elif hub is not None:
            await hub.hang_up()
        await self._empty()
        if self._hub is None:
            clock = Clock()
            clock.set(moment)
            settings = settings_for(self._database_url, self._redis_url, self._folder, free_port())
            self._hub = await Hub(settings, clock).open()
        # Seconds have passed since the hub was opened.
        self._hub.clock.set(moment)
        self._opened_for, self._offset = moment, self._hub.clock.offset_seconds
        self._hub.services.venues.forget()
        self._hub.services.products.forget()
        return self._hub

    async def _empty(self) -> None:
        connection = await asyncpg.connect(self._database_url)
        try:
            for last in (False, False, False, False, True):
                # A job of the hub may hold a row in each of two tables. Then one of the two is the victim of a
                # deadlock.
                with nullcontext() if last else suppress(asyncpg.DeadlockDetectedError):
                    await connection.execute(EMPTY)
                    break
        finally:
            await connection.close()
        for file in self._folder.glob("mail/*"):
            file.unlink(missing_ok=True)

    async def close(self) -> None:
        if self._hub is not None and not self._hub.client.closed:
            await self._hub.close()
        self._hub = None


@asynccontextmanager
async def emptied_hub(servers: ServerUrls, folder: Path) -> AsyncIterator[EmptiedHub]:
    async with _database(servers) as database_url:
        hub = EmptiedHub(database_url, servers.redis_url, folder)
        try:
            yield hub
        finally:
            await hub.close()


@asynccontextmanager
async def _database(servers: ServerUrls) -> AsyncIterator[str]:
    # Slots of another database have the same ids, so what Redis holds of them is deleted.
    client = redis.asyncio.from_url(servers.redis_url, socket_connect_timeout=20, socket_timeout=20)
    await client.flushall()
    await client.aclose()
    name = f"scene_{secrets.token_hex(6)}"
    admin = await asyncpg.connect(servers.database_url)
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    try:
        yield f"{servers.database_url.rpartition('/')[0]}/{name}?sslmode=disable"
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()
