"""Rows that a Postgres which is killed now must read from its log at its next start."""

from __future__ import annotations

import asyncpg


async def write_what_must_be_recovered(url: str, rows: int) -> None:
    """Commit so many rows without a checkpoint after them. Each is a record of the log."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("ALTER SYSTEM SET max_wal_size = '8GB'")
        await connection.execute("SELECT pg_reload_conf(); CHECKPOINT; CREATE TABLE kept (n integer)")
        await connection.execute(f"INSERT INTO kept SELECT generate_series(1, {rows})")
    finally:
        await connection.close()


async def write_one_more(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("INSERT INTO kept VALUES (0)")
    finally:
        await connection.close()


async def switch_log(url: str) -> None:
    """Let the log go on in a new file, so that what was written before is in an older one."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_switch_wal()")
    finally:
        await connection.close()


async def count_recovered(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM kept"))
    finally:
        await connection.close()
