"""The databases of the tests: used again only while they are as a new copy."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from hub.embedded.supervisor import ServerUrls
from tests.support.kept_databases import KeptDatabases


@pytest.fixture
def databases(servers: ServerUrls) -> Iterator[KeptDatabases]:
    databases = KeptDatabases(servers.database_url)
    yield databases
    databases.end()


def use(databases: KeptDatabases, *statements: str) -> str:
    """Do this in a database, give it back, and return its URL."""

    async def do() -> None:
        session = await asyncpg.connect(database.url)
        for statement in statements:
            await session.execute(statement)
        await session.close()

    database = databases.take()
    asyncio.run(do())
    databases.give_back(database)
    return database.url


def test_the_next_test_has_the_same_database_without_its_rows_and_with_the_same_ids(databases: KeptDatabases) -> None:
    add = "INSERT INTO organisations (name) VALUES ('One')"
    first = use(databases, add)
    there_is_one = "DO $$ BEGIN ASSERT (SELECT array_agg(id) = ARRAY[1::bigint] FROM organisations); END $$"
    assert use(databases, add, there_is_one) == first


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE seats (id bigint)",
        "CREATE INDEX ON tickets (version)",
        "ALTER TABLE reservation_slots DROP CONSTRAINT reservation_slots_never_overbooked",
        "ALTER TABLE tickets ALTER COLUMN version SET DEFAULT 7",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ANALYZE organisations",
        "DELETE FROM schema_migrations WHERE name = (SELECT max(name) FROM schema_migrations)",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    ],
)
def test_a_database_that_was_changed_is_not_used_again(databases: KeptDatabases, change: str) -> None:
    assert use(databases, change) != use(databases)
