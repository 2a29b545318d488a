"""Anonymous clients: their statements have connections of their own, and only those of the task that serves them."""

from __future__ import annotations

import asyncio

import pytest

from db.anonymous import anonymous_address, is_anonymous, stop_anonymous, work_anonymously
from db.database import Database
from db.pool import DatabaseDown
from tests.support.pools import all_taken


@pytest.fixture
async def database(database_url, slow_servers):
    database = Database(database_url)
    await database.open()
    yield database
    await database.close()


async def test_it_belongs_to_the_task_that_was_told_so():
    async def ask() -> bool:
        return is_anonymous()

    before = work_anonymously(lambda: "192.0.2.1")
    assert (is_anonymous(), anonymous_address()) == (True, "192.0.2.1")
    assert not await asyncio.create_task(ask()), "what one request starts for all"
    inner = work_anonymously(None)
    assert (is_anonymous(), anonymous_address()) == (False, None)
    stop_anonymous(inner)
    assert is_anonymous()
    stop_anonymous(before)
    assert not is_anonymous()


@pytest.mark.parametrize("crowd", ["anonymous", "jobs"])
async def test_neither_anonymous_clients_nor_the_others_wait_for_each_others_connections(database, crowd):
    """Negative control: whoever belongs to the crowd is refused."""
    pools = {"anonymous": database.anonymous, "jobs": database.jobs}
    async with all_taken(pools[crowd]):
        for name in pools:
            before = work_anonymously((lambda: "192.0.2.1") if name == "anonymous" else None)
            try:
                for ask in (database.fetch, database.fetchrow, database.fetchval, database.execute):
                    if name == crowd:
                        with pytest.raises(DatabaseDown):
                            await ask("SELECT 1")
                    else:
                        await ask("SELECT 1")
                if name != crowd:
                    async with database.transaction() as connection:
                        assert await connection.fetchval("SELECT 1") == 1
            finally:
                stop_anonymous(before)
