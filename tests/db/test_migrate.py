"""The migration runner against real Postgres."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from db.migrate import MigrationError, migrate, unapplied
from hub.embedded.supervisor import find_or_start


@pytest.fixture
async def dsn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with find_or_start(tmp_path_factory.mktemp("servers")) as urls:
        yield urls.database_url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "migrations"
    made.mkdir()
    (made / "0001_first.sql").write_text("CREATE TABLE first (n int);\nINSERT INTO first VALUES (1);\n")
    (made / "0002_second.sql").write_text("ALTER TABLE first ADD COLUMN m int;\n")
    return made


async def ask(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_every_file_is_applied_once_in_order(dsn: str, folder: Path) -> None:
    assert await unapplied(dsn, folder) == ["0001_first.sql", "0002_second.sql"]
    begun: list[tuple[str, int]] = []
    applied = await migrate(dsn, folder, begins=lambda name, left: begun.append((name, left)))
    assert applied == ["0001_first.sql", "0002_second.sql"]
    assert begun == [("0001_first.sql", 2), ("0002_second.sql", 1)]
    assert await migrate(dsn, folder) == []
    (folder / "0003_third.sql").write_text("CREATE TABLE third ();\n")
    assert await unapplied(dsn, folder) == ["0003_third.sql"]
    assert await migrate(dsn, folder) == ["0003_third.sql"]
    assert await ask(dsn, "SELECT count(*) FROM first") == 1


async def test_three_hubs_that_start_together_migrate_once(dsn: str, folder: Path) -> None:
    applied = await asyncio.gather(*(migrate(dsn, folder) for _ in range(3)))
    assert sorted(map(len, applied)) == [0, 0, 2]
    assert await ask(dsn, "SELECT count(*) FROM first") == 1


async def test_a_file_changed_after_it_was_applied_is_refused_by_name(dsn: str, folder: Path) -> None:
    await migrate(dsn, folder)
    (folder / "0001_first.sql").write_text("CREATE TABLE first (n bigint);\n")
    (folder / "0003_third.sql").write_text("CREATE TABLE third ();\n")
    with pytest.raises(MigrationError, match=r"0001_first\.sql"):
        await migrate(dsn, folder)
    assert await ask(dsn, "SELECT to_regclass('third') IS NULL")


async def test_a_file_that_fails_leaves_nothing_behind(dsn: str, folder: Path) -> None:
    (folder / "0002_second.sql").write_text("CREATE TABLE half ();\nSELECT nonsense;\n")
    with pytest.raises(MigrationError, match=r"0002_second\.sql: .*nonsense"):
        await migrate(dsn, folder)
    assert await ask(dsn, "SELECT to_regclass('half') IS NULL")
    assert await unapplied(dsn, folder) == ["0002_second.sql"]


async def test_an_index_may_be_built_outside_a_transaction_by_several_hubs_at_once(dsn: str, folder: Path) -> None:
    (folder / "0003_index.sql").write_text(
        "-- no transaction\n-- Built beside the traffic.\nDROP INDEX IF EXISTS first_n;\n"
        "CREATE INDEX CONCURRENTLY first_n ON first (n);\n"
    )
    applied = await asyncio.gather(*(migrate(dsn, folder) for _ in range(3)))
    assert sorted(map(len, applied)) == [0, 0, 3]
    assert await ask(dsn, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'first_n'::regclass")


async def test_the_hubs_own_schema_is_applied(dsn: str) -> None:
    assert (await migrate(dsn))[0].startswith("0001_")
    assert await migrate(dsn) == []
