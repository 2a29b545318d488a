"""Migrated databases that tests use one after the other, each of them empty for its test.

To copy the template and drop the copy takes Postgres 40 ms of processor time, and a new session another 25 ms to plan the check of
all invariants. To empty a database takes 2 ms, and the session of its checks has planned them already.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext, suppress
from typing import Any

import asyncpg

from tests.support.databases import EMPTY, copied_database
from tests.support.invariants import broken_invariants_of

CHECKING = "venue-hub-test-checks"
END_OTHER_SESSIONS = f"""SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> '{CHECKING}' AND backend_type = 'client backend'"""

IDS_FROM_1 = (
    "SELECT setval(seqrelid::regclass, 1, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL"
)

FORGET_CHANGES = "SELECT pg_stat_reset()"
"""Autovacuum must not count the changes of earlier tests: it would gather statistics in the middle of a later one."""

SHAPE = """SELECT concat_ws(' ',
  (SELECT sum(hashtid(ctid)::bigint) FROM pg_class WHERE oid >= 16384),
  (SELECT sum(hashtid(ctid)::bigint) FROM pg_attribute WHERE attrelid >= 16384),
  (SELECT sum(hashtid(ctid)::bigint) FROM pg_attrdef),
  (SELECT sum(hashtid(ctid)::bigint) FROM pg_index WHERE indrelid >= 16384),
  (SELECT sum(hashtid(ctid)::bigint) FROM pg_constraint WHERE oid >= 16384),
  (SELECT sum(hashtid(ctid)::bigint) FROM pg_trigger),
  (SELECT sum(hashtid(ctid)::bigint) FROM pg_policy),
  (SELECT sum(hashtid(ctid)::bigint) FROM pg_proc WHERE oid >= 16384),
  (SELECT count(*) FROM schema_migrations),
  (SELECT count(*) FROM pg_statistic WHERE starelid >= 16384),
  (SELECT sum(reltuples) FROM pg_class WHERE oid >= 16384 AND relkind = 'r'),
  (SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()),
  (SELECT count(*) FROM pg_class WHERE relkind = 'r' AND oid >= 16384 AND (relpages > 0 OR pg_relation_size(oid) > 32 * 8192)))"""
"""What must be as in a new copy: no row of the catalogue has moved, nothing was analysed, and no table has grown large."""


class KeptDatabase:
    """A migrated database, the session that empties it, and the one that checks it.

    They are two: `session_replication_role`, which emptying sets, makes Postgres forget all plans of its session. To plan the check
    again for each test took 8 ms.
    """

    def __init__(self, server_url: str) -> None:
        self._copy = copied_database(server_url)
        self.url = ""
        self._shape = ""
        self.session: Any = None
        self._checking: Any = None

    async def open(self) -> KeptDatabase:
        self.url = await self._copy.__aenter__()
        self.session = await asyncpg.connect(self.url)
        self._shape = await self.session.fetchval(SHAPE)
        return self

    async def was_changed(self) -> bool:
        """Return whether more than the rows differs from a new copy."""
        return bool(await self.session.fetchval(SHAPE) != self._shape)

    async def empty(self) -> None:
        """Delete all rows below a hub that runs. Ids go on."""
        for last in (False, False, False, False, True):
            # A job of the hub may hold a row in each of two tables. Then one of the two is the victim of a deadlock.
            with nullcontext() if last else suppress(asyncpg.DeadlockDetectedError):
                await self.session.execute(EMPTY)
                break

    async def broken_invariants(self) -> list[str]:
        """Return what is broken. The session is that of all checks, because a new one takes 25 ms to plan them."""
        if self._checking is None or self._checking.is_closed():
            self._checking = await asyncpg.connect(self.url, server_settings={"application_name": CHECKING})
        return await broken_invariants_of(self._checking)

    async def is_as_new(self) -> bool:
        """Empty the database, and return whether its next test can tell it from a new copy."""
        try:
            await self.session.execute(END_OTHER_SESSIONS)
            if await self.was_changed():
                return False
            await self.session.execute(EMPTY)
            await self.session.execute(IDS_FROM_1)
            await self.session.execute(FORGET_CHANGES)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            return False  # the test has ended the session, or dropped the database
        return True

    async def close(self) -> None:
        for session in (self.session, self._checking):
            if session is not None:
                session.terminate()
        await self._copy.__aexit__(None, None, None)


class DatabaseStock:
    """The kept databases of one event loop."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._used: list[KeptDatabase] = []

    async def take(self, *, new: bool = False) -> KeptDatabase:
        """Return an empty database: a used one that is as new, or else a new copy of the template."""
        while self._used and not new:
            database = self._used.pop()
            if await database.is_as_new():
                return database
            await database.close()
        return await KeptDatabase(self._server_url).open()

    def give_back(self, database: KeptDatabase) -> None:
        self._used.append(database)

    async def close(self) -> None:
        while self._used:
            await self._used.pop().close()


class KeptDatabases:
    """The databases of single tests. They have a loop of their own, because they outlive the loop of a test."""

    def __init__(self, server_url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._stock = DatabaseStock(server_url)

    def take(self, *, new: bool = False) -> KeptDatabase:
        """Return an empty database for one test."""
        return self._loop.run_until_complete(self._stock.take(new=new))

    def give_back(self, database: KeptDatabase) -> None:
        self._stock.give_back(database)

    def broken_invariants(self, database: KeptDatabase) -> list[str]:
        return self._loop.run_until_complete(database.broken_invariants())

    def end(self) -> None:
        self._loop.run_until_complete(self._stock.close())
        self._loop.close()
