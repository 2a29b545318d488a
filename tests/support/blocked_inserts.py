"""Blocked inserts: hold a statement of the hub in the middle, so that other events certainly happen meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

_KEY = 5150
STANDS = f"(SELECT pg_advisory_xact_lock_shared({_KEY}))"
"""For the FROM of a statement: after `hold` it takes its snapshot and then waits here."""
STANDS_STILL = f"{STANDS} IS NOT NULL"
"""The same for a WHERE."""


class Standstill:
    """Blocks inserts into a table until `go`."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._stands = False

    async def at(self, table: str, *, when: str = "true") -> None:
        """Block every INSERT into `table` from now on, at rows for which `when` (an expression of `NEW`) is true."""
        self._stands = True
        # The hub's lock timeout is short, and a busy machine would exceed it.
        await self._connection.execute(
            f"CREATE FUNCTION stand_still_{table}() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS $$ BEGIN"
            f" IF {when} THEN PERFORM pg_advisory_xact_lock_shared({_KEY}); END IF; RETURN NEW; END $$;"
            f" CREATE TRIGGER stand_still BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION stand_still_{table}();"
            f" SELECT pg_advisory_lock({_KEY})"
        )

    async def hold(self) -> None:
        """Block every statement with `STANDS_STILL`, from now on."""
        self._stands = True
        await self._connection.execute(f"SELECT pg_advisory_lock({_KEY})")

    async def waits(self, statements: int = 1) -> None:
        """Wait until that many of the hub's statements are blocked, here or behind a blocked one."""
        async with asyncio.timeout(20):
            while await self.count() < statements:
                await asyncio.sleep(0.01)

    async def count(self) -> int:
        """Return the number of statements that wait for a lock. Where some are blocked here: 0 until one of them is.

        A busy machine shows other waits, such as that of a job for the row of its venue.
        """
        count: int = await self._connection.fetchval(
            "SELECT CASE WHEN bool_or(wait_event = 'advisory') OR NOT $1 THEN count(*) ELSE 0 END FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'",
            self._stands,
        )
        return count

    async def end_backends(self) -> None:
        """End the connections of the blocked statements, so that these are never completed."""
        await self._connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )

    async def go(self) -> None:
        await self._connection.execute("SELECT pg_advisory_unlock_all()")

    async def settled(self) -> None:
        """Wait until no statement is running."""
        async with asyncio.timeout(20):
            while await self._connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
                " AND pid <> pg_backend_pid()"
            ):
                await asyncio.sleep(0.01)


@asynccontextmanager
async def standstill(database_url: str) -> AsyncIterator[Standstill]:
    connection = await asyncpg.connect(database_url)
    try:
        yield Standstill(connection)
    finally:
        await connection.close()
