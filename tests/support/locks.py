"""Rows held by a second connection, and who waits for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from tests.support.hub import Hub
from tests.support.rows import condition_of


async def hold_row(transaction: Any, table: str, *, strength: str = "NO KEY UPDATE", **where: Any) -> None:
    """Lock the one row that matches, as an UPDATE of it would, until the transaction ends."""
    condition, values = condition_of(where)
    rows = await transaction.fetch(f"SELECT 1 FROM {table}{condition} FOR {strength}", *values)
    assert len(rows) == 1


@asynccontextmanager
async def locked(hub: Hub, table: str, number: int) -> AsyncIterator[None]:
    """Another transaction locks one row for the block."""
    other = await asyncpg.connect(hub.settings.database_url)
    try:
        async with other.transaction():
            await hold_row(other, table, id=number)
            yield
    finally:
        await other.close()


@asynccontextmanager
async def advisory_lock_held(hub: Hub, key: int) -> AsyncIterator[None]:
    """Another process has this advisory lock for the block."""
    other = await asyncpg.connect(hub.settings.database_url)
    try:
        await other.execute("SELECT pg_advisory_lock($1)", key)
        yield
    finally:
        await other.close()


@asynccontextmanager
async def table_locked(hub: Hub, table: str) -> AsyncIterator[None]:
    """Nobody can read or write this table for the block."""
    other = await asyncpg.connect(hub.settings.database_url)
    try:
        async with other.transaction():
            await other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await other.close()


async def count_waiting(database: Any) -> int:
    """Count the statements of this database that wait for another's lock."""
    count: int = await database.fetchval("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
    return count


async def give_up_after(transaction: Any, time: str) -> None:
    """Limit how long a transaction waits for a lock, for example `300ms`."""
    await transaction.execute(f"SET LOCAL lock_timeout = '{time}'")
