"""Row-level security: every table has its policies, the hub's roles own nothing, and a connection knows whom it serves."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from db.database import Database
from db.migrate import migrate
from db.organisation import current_organisation, work_for, working_for
from db.pool import Pool
from db.row_security import APPLICATION, EVERY_ORGANISATION, HOW_TO_ADD, UNWALLED, wall_stands
from hub.commands.doctor import _look_at_postgres
from hub.embedded.supervisor import ServerUrls
from tests.support.databases import (
    add_two_organisations,
    count_switches,
    create_user,
    drop_user,
    expression_indexes,
    owned_by,
)
from tests.support.owner import as_owner

OF_NO_ORGANISATION = {"schema_migrations", "sign_in_attempts"}
"""Tables without `org_id`: what has been migrated, and failed sign-ins by a hash of name or address."""

INDEX_HIDDEN = {
    "booking/found_reservations.searched_reservations": "finds ids before the wall, whose rows are read behind it",
    "tickets/life.find_tickets": "runs before the wall",
    "tickets/codes.codes_without_case": "runs before the wall",
    "tickets/codes.code_as_stored": "runs before the wall",
    "staff/sign_in_settings.person_by_email": "a sign-in, which serves every organisation",
    "orders/orders.orders_of_address": "runs before the wall, for an address in every organisation",
    "privacy/personal_data.rows_of_person": "reads all of an organisation's orders for one person, which is rare",
}
"""Statements that find less by index behind the wall. Postgres evaluates no function that may leak, such as `lower`, before it."""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await database.open()
    yield database
    await database.close()


async def test_every_table_of_organisations_is_walled(database: Database) -> None:
    async with as_owner(database) as owner:
        assert await owner.fetch(UNWALLED) == []
        tables = {
            row["tablename"] for row in await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        }
        walled = {
            row["relname"]
            for row in await owner.fetch("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relrowsecurity")
        }
    assert tables - walled == OF_NO_ORGANISATION, (
        "a new table needs `org_id`, or a row in OF_NO_ORGANISATION that says why"
    )


async def test_the_roles_of_the_hub_own_nothing_and_pass_no_policy(database: Database) -> None:
    async with as_owner(database) as owner:
        roles = await owner.fetch("SELECT * FROM pg_roles WHERE rolname = ANY ($1)", [APPLICATION, EVERY_ORGANISATION])
        assert len(roles) == 2
        for role in roles:
            assert not any(
                role[name] for name in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolcanlogin")
            )
            assert await owned_by(owner, role["oid"]) == 0


async def test_an_organisation_sees_and_writes_its_own_rows_only(database: Database) -> None:
    one, other = await add_two_organisations(database)
    for org_id in (one, other):
        with working_for(org_id):
            assert [row["org_id"] for row in await database.fetch("SELECT org_id FROM venues")] == [org_id]
            assert await database.execute("UPDATE venues SET name = 'Ours'") == "UPDATE 1"
            assert await database.execute("DELETE FROM gates WHERE org_id <> $1", org_id) == "DELETE 0"
    with working_for(one):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.execute("INSERT INTO gates (org_id, venue_id, name) SELECT $1, 1, 'X'", other)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.execute("UPDATE venues SET org_id = $1", other)
    assert await database.fetchval("SELECT count(*) FROM venues") == 2


async def test_a_long_read_of_a_report_sees_the_rows_of_its_organisation_only(database: Database) -> None:
    """It runs in a task of its own, and an organisation belongs to the task that named it."""
    one, other = await add_two_organisations(database)
    with working_for(one):
        assert [row["org_id"] for row in await database.reports.fetch_long("SELECT org_id FROM venues")] == [one]
    assert {row["org_id"] for row in await database.reports.fetch_long("SELECT org_id FROM venues")} == {one, other}


async def test_one_organisation_after_another_costs_one_switch_and_the_same_again_none(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = await add_two_organisations(database)
    switches = count_switches(monkeypatch)
    for org_id, expected in ((one, 1), (one, 1), (other, 2), (other, 2), (None, 3), (one, 4)):
        with working_for(org_id):
            await database.fetchval("SELECT 1")
            await database.fetchval("SELECT 1")
        assert len(switches) == expected


async def test_of_several_kept_connections_the_one_that_fits_is_lent(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = await add_two_organisations(database)

    async def serve_both() -> None:
        """Hold a connection for each of them at once."""
        with working_for(one):
            async with database.jobs.connection() as its:
                with working_for(other):
                    async with database.jobs.connection() as others:
                        assert its is not others

    await serve_both()
    switches = count_switches(monkeypatch)
    for _ in range(3):
        await serve_both()
    assert switches == []


async def test_a_connection_whose_switch_failed_is_switched_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = await add_two_organisations(database)
    with working_for(one):
        await database.fetchval("SELECT 1")
    execute, troubles = asyncpg.Connection.execute, iter([KeyError("trouble")])

    async def shaky(connection: asyncpg.Connection, query: str, *args: object, **named: object) -> str:
        for trouble in troubles:
            raise trouble
        return str(await execute(connection, query, *args, **named))

    monkeypatch.setattr(asyncpg.Connection, "execute", shaky)
    with working_for(other), pytest.raises(KeyError):
        await database.fetchval("SELECT 1")
    for org_id in (one, other):
        with working_for(org_id):
            assert await database.fetchval("SELECT org_id FROM venues") == org_id


async def test_hot_pools_and_tasks_without_an_organisation_serve_every_one(database: Database) -> None:
    one, _ = await add_two_organisations(database)
    with working_for(one):
        assert await database.scans.fetchval("SELECT count(*) FROM venues") == 2
        assert await database.bookings.fetchval("SELECT count(*) FROM venues") == 2
        assert await database.jobs.fetchval("SELECT count(*) FROM venues") == 1
        assert await asyncio.create_task(database.fetchval("SELECT count(*) FROM venues")) == 2
        assert await database.jobs.fetchval("SELECT current_user") == APPLICATION
    assert await database.jobs.fetchval("SELECT current_user") == EVERY_ORGANISATION


async def test_an_organisation_ends_with_its_block_and_belongs_to_its_task() -> None:
    assert current_organisation() is None
    with working_for(1):
        with working_for(2):
            assert current_organisation() == 2
            work_for(3)
        assert current_organisation() == 1
        with working_for(None):
            assert current_organisation() is None

        async def started() -> int | None:
            return current_organisation()

        assert await asyncio.create_task(started()) is None
    assert current_organisation() is None


async def test_a_table_of_a_later_migration_is_walled_too(database: Database, database_url: str, tmp_path) -> None:
    async with as_owner(database) as owner:
        await owner.execute("DELETE FROM schema_migrations")
        (tmp_path / "0999_later.sql").write_text("CREATE TABLE later (org_id bigint, id bigint);")
        await migrate(database_url, tmp_path)
        assert await owner.fetch(UNWALLED) == []
        await owner.execute("INSERT INTO later VALUES (1, 1), (2, 2)")
    with working_for(2):
        assert await database.fetchval("SELECT array_agg(id) FROM later") == [2]


async def test_a_user_who_may_not_make_roles_runs_the_hub_without_the_second_wall(servers: ServerUrls) -> None:
    """The doctor says how a superuser adds it, and the next migration then raises it."""
    name = f"plain_{secrets.token_hex(4)}"
    server = await asyncpg.connect(servers.database_url)
    try:
        password = await create_user(server, name)
        parts = urlsplit(servers.database_url)
        url = urlunsplit(parts._replace(netloc=f"{name}:{password}@127.0.0.1:{parts.port}", path=f"/{name}"))
        await migrate(url)
        database = Database(url)
        await database.open()
        with working_for(1):
            assert await database.fetchval("SELECT current_user") == name
        await database.close()
        problems: list[str] = []
        await _look_at_postgres(url, problems)
        assert len(problems) == 1
        statement = HOW_TO_ADD.format(user=name)
        assert statement in problems[0]
        await server.execute(statement.rpartition("; ")[2])  # other tests of this server have made the roles
        assert await migrate(url) == []
        await database.open()
        with working_for(1):
            assert await database.fetchval("SELECT current_user") == APPLICATION
        await database.close()
        problems.clear()
        await _look_at_postgres(url, problems)
        assert problems == []
    finally:
        await drop_user(server, name)
        await server.close()


async def test_a_pool_alone_has_no_wall(database_url: str) -> None:
    pool = Pool(database_url, size=1)
    await pool.open()
    with working_for(1):
        assert await pool.fetchval("SELECT current_user") not in (APPLICATION, EVERY_ORGANISATION)
    await pool.close()


async def test_two_hubs_of_one_server_make_the_roles_at_once(servers: ServerUrls) -> None:
    server = await asyncpg.connect(servers.database_url)
    names = [f"both_{secrets.token_hex(4)}" for _ in range(2)]
    try:
        for name in names:
            await server.execute(f"CREATE DATABASE {name}")
        urls = [f"{servers.database_url.rpartition('/')[0]}/{name}" for name in names]
        await asyncio.gather(*(migrate(url) for url in urls))
        for url in urls:
            connection = await asyncpg.connect(url)
            assert await wall_stands(connection)
            await connection.close()
    finally:
        for name in names:
            await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await server.close()


async def test_the_wall_hides_an_index_only_from_these_statements(database: Database) -> None:
    """An index over an expression is not used behind the wall. Whoever needs one finds ids before it and reads the rows behind it."""
    async with as_owner(database) as owner:
        before, behind = await expression_indexes(owner, EVERY_ORGANISATION, APPLICATION)
    assert {name for name, indexes in before.items() if indexes - behind[name]} <= set(INDEX_HIDDEN)
