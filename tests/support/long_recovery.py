"""Rows that a Postgres which is killed now must read from its log at its next start."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def write_what_must_be_recovered(url: str, rows: int) -> None:
    """Commit so many rows without a checkpoint after them. Each is a record of the log."""
    async with _connected(url) as connection:
        await connection.execute("ALTER SYSTEM SET max_wal_size = '8GB'")
        await connection.execute("SELECT pg_reload_conf(); CHECKPOINT; CREATE TABLE kept (n integer)")
        await connection.execute(f"INSERT INTO kept SELECT generate_series(1, {rows})")


async def write_one_more(url: str) -> None:
    async with _connected(url) as connection:
        await connection.execute("INSERT INTO kept VALUES (0)")


async def switch_log(url: str) -> None:
    """Let the log go on in a new file, so that what was written before is in an older one."""
    async with _connected(url) as connection:
        await connection.execute("SELECT pg_switch_wal()")


async def count_recovered(url: str) -> int:
    async with _connected(url) as connection:
        return int(await connection.fetchval("SELECT count(*) FROM kept"))
