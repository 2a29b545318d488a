"""What a backup needs of Postgres besides `pg_dump`: one snapshot for the dump and the row counts, and an empty database to restore into."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from db.primary import connect_to_primary

_TABLES = """
SELECT c.relname::text AS name FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state of the database that `pg_dump --snapshot` can read as long as its transaction is open."""

    name: str
    server: str
    migrations: list[str]
    rows: dict[str, int]


@asynccontextmanager
async def exported_snapshot(dsn: str) -> AsyncIterator[Snapshot]:
    """Yield the snapshot with the row count of each table."""
    connection = await connect_to_primary(dsn, timeout=10, command_timeout=None)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield Snapshot(
                await connection.fetchval("SELECT pg_export_snapshot()"),
                await connection.fetchval("SHOW server_version"),
                [row["name"] for row in await connection.fetch("SELECT name FROM schema_migrations ORDER BY name")],
                await _count_rows(connection),
            )
    finally:
        await connection.close()


async def count_rows(dsn: str) -> dict[str, int]:
    """Return the row count of each table. An empty database has none."""
    connection = await connect_to_primary(dsn, timeout=10, command_timeout=None)
    try:
        return await _count_rows(connection)
    finally:
        await connection.close()


async def analyse(dsn: str) -> None:
    """Collect the planner's statistics, which a dump does not hold."""
    connection = await connect_to_primary(dsn, timeout=10, command_timeout=None)
    try:
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def _count_rows(connection: Any) -> dict[str, int]:
    tables = [row["name"] for row in await connection.fetch(_TABLES)]
    return {name: await connection.fetchval(f'SELECT count(*) FROM "{name}"') for name in tables}  # noqa: S608
