"""Poolers before Postgres: session mode works, and transaction mode is refused, because it would mix organisations up."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.database import Database
from db.organisation import working_for
from db.pool import Pool
from db.pooler import shares_connections
from hub.commands.command_result import CommandFailed
from hub.commands.command_services import with_servers
from hub.commands.doctor import _look_at_postgres
from hub.commands.doctor_replica import look_at_replica
from tests.support.databases import add_two_organisations
from tests.support.hub import settings_for
from tests.support.pooler import pooler_before

pytestmark = pytest.mark.usefixtures("slow_servers")


async def test_a_pooler_in_session_mode_takes_the_hub_with_all_its_settings(database_url: str) -> None:
    async with pooler_before(database_url, "session") as url:
        assert not await shares_connections(url)
        database = Database(url)
        await database.open()
        one, _ = await add_two_organisations(database)
        with working_for(one):
            assert len(await database.fetch("SELECT FROM venues")) == 1
        assert await database.scans.fetchval("SHOW enable_seqscan") == "off"
        assert await database.records.fetchval("SHOW enable_sort") == "off"
        assert await database.jobs.fetchval("SHOW timezone") == "UTC"
        await database.close()


async def test_a_pooler_in_transaction_mode_is_found_and_refused(
    database_url: str, tmp_path: Path, free_port: int
) -> None:
    assert not await shares_connections(database_url)
    async with pooler_before(database_url, "transaction") as url:
        assert await shares_connections(url)
        problems: list[str] = []
        assert await _look_at_postgres(url, problems) is None
        assert "pool_mode = session" in problems[0]
        settings = settings_for(url, "redis://127.0.0.1", tmp_path, free_port)
        with pytest.raises(CommandFailed, match="pool_mode = session"):
            async with with_servers(settings):
                pass
        async with with_servers(settings, behind_pooler=True) as complete:
            assert complete is settings


async def test_no_report_is_read_through_one_in_transaction_mode(database_url: str) -> None:
    async with pooler_before(database_url, "transaction") as url:
        database = Database(database_url, url)
        await database.open()
        assert database.replica is not None
        reads = 0
        while "pooler" not in str(database.replica.problem):
            # On a busy machine it may not have answered in time.
            assert await database.reports.fetchval("SELECT 1") == 1
            reads += 1
        assert database.replica.take_counts() == {"replica": 0, "primary": reads}
        assert "pool_mode = session" in (await look_at_replica(database_url, url))[0]
        await database.close()


async def test_behind_one_that_is_not_refused_the_rows_of_another_organisation_are_seen(database_url: str) -> None:
    """Negative control of the refusal."""
    database = Database(database_url)
    await database.open()
    one, _ = await add_two_organisations(database)
    await database.close()
    async with pooler_before(database_url, "transaction") as url:
        mine, others = Pool(url, size=1), Pool(url, size=1)
        for pool in (mine, others):
            await pool.open()
            pool.walled = True
        seen = "SELECT count(*)::text FROM venues"
        with working_for(one):
            await mine.execute("SELECT")
        await others.execute("SELECT")
        with working_for(one):
            async with mine.connection() as connection:
                assert await connection.execute(f"DO $$ BEGIN ASSERT ({seen}) = '2'; END $$") == "DO"
        for pool in (mine, others):
            await pool.close()
