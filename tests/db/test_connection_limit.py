"""The connection limit: what the server allows this user, beside what all processes may open."""

from __future__ import annotations

import asyncpg
import pytest

from db.connection_limit import describe_shortage, needed, read_allowed
from db.database import Database


async def test_the_least_of_server_database_and_role_counts(database_url: str) -> None:
    owner = await asyncpg.connect(database_url)
    name = database_url.rpartition("/")[2].partition("?")[0]
    try:
        most = int(await owner.fetchval("SHOW max_connections"))
        await owner.execute(f"CREATE ROLE few_{name} LOGIN PASSWORD 'few' CONNECTION LIMIT 9")
        limited = await asyncpg.connect(database_url, user=f"few_{name}", password="few")
        assert await read_allowed(limited) == 9
        await owner.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 7")
        assert await read_allowed(limited) == 7
        await owner.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
        await owner.execute(f"ALTER ROLE few_{name} CONNECTION LIMIT -1")
        assert 0 < await read_allowed(limited) <= most
        await limited.close()
    finally:
        await owner.execute(f"DROP ROLE IF EXISTS few_{name}")
        await owner.close()


def test_every_process_needs_all_its_pools() -> None:
    one = sum(pool.gauges[0] for pool in Database("").pools().values())
    assert needed(3) == 3 * one
    assert describe_shortage(3, 3 * one) is None


def test_a_shortage_names_both_numbers_and_what_to_do() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("db.connection_limit.needed", lambda workers: workers * 20)
        assert describe_shortage(4, 79) == (
            "4 processes may open 80 connections to Postgres, which allows 79: raise max_connections, or lower HUB_WORKERS"
        )
