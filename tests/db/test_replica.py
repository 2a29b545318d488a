"""Reports from a replica: no report is older than its request, whatever the replica does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

import db.replica
from db.database import Database
from db.organisation import working_for
from db.patience import have_patience
from db.replica import NoReplica
from hub.commands.doctor_replica import look_at_replica
from hub.embedded.supervisor import ServerUrls
from hub.observability import replica_metrics, telemetry
from hub.observability.replica_metrics import watch_replica
from tests.support.databases import add_two_organisations
from tests.support.hub import Hub
from tests.support.replica import Replica, streaming_replica
from tests.support.world import World

COUNT = "SELECT count(*) FROM organisations"
LONG_ON_A_REPLICA = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_sleep(60)::text ELSE 'at once' END"
UNDER_WAY = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
MINUTE = 60.0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def replica(servers: ServerUrls, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Replica]:
    async with streaming_replica(servers.database_url, tmp_path_factory.mktemp("replica")) as running:
        yield running


@pytest.fixture
async def database(database_url: str, replica: Replica, slow_servers: None) -> AsyncIterator[Database]:
    database = Database(database_url, replica.url(database_url))
    await database.open()
    assert database.replica is not None
    while database.replica.problem is not None:  # the database was made just now, and is not there yet
        await asyncio.sleep(0.01)
        await database.replica.look()
    yield database
    await database.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait long for the replica, as a busy machine needs, where a test asks whether it is used."""
    monkeypatch.setattr(db.replica, "CATCH_UP_SECONDS", MINUTE)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the events that the watch over the replica has logged."""
    names: list[str] = []
    monkeypatch.setattr(replica_metrics, "event", lambda name, *_, **__: names.append(name))
    return names


async def count_as_asked_now(database: Database) -> int:
    """Count the organisations as a request does that comes now."""

    async def ask() -> int:
        have_patience()
        return int(await database.reports.fetchval(COUNT))

    return await asyncio.create_task(ask())


def reads(database: Database) -> dict[str, int]:
    assert database.replica is not None
    return database.replica.take_counts()


@pytest.mark.usefixtures("patient")
async def test_reports_are_read_from_the_replica_with_what_was_committed_before_them(database: Database) -> None:
    for number in range(1, 21):
        await database.execute("INSERT INTO organisations (name) VALUES ($1)", f"Number {number}")
        assert await count_as_asked_now(database) == number
    assert reads(database) == {"replica": 20, "primary": 0}


@pytest.mark.usefixtures("patient")
async def test_the_replica_shows_the_rows_of_the_own_organisation_only(database: Database) -> None:
    one, _ = await add_two_organisations(database)
    with working_for(one):
        assert [row["name"] for row in await database.reports.fetch("SELECT name FROM gates")] == ["A"]
    assert len(await database.reports.fetch("SELECT name FROM gates")) == 2
    assert reads(database)["primary"] == 0


async def test_a_replica_that_is_behind_is_passed_over(
    database: Database, replica: Replica, monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    """Negative control: without the comparison the report lacks what was committed before it."""
    await replica.pause()
    try:
        await database.execute("INSERT INTO organisations (name) VALUES ('New')")
        assert await count_as_asked_now(database) == 1
        assert reads(database) == {"replica": 0, "primary": 1}
        for _ in range(2):
            await watch_replica(database.replica)
        assert logged == [telemetry.REPLICA_AWAY], "one line, however long it lasts"
        with monkeypatch.context() as without:
            without.setattr(db.replica, "compare", lambda *_, **__: asyncio.sleep(0))
            without.setattr(database.replica, "_next_look", 0.0)
            assert await count_as_asked_now(database) == 0
    finally:
        await replica.resume()
    monkeypatch.setattr(db.replica, "CATCH_UP_SECONDS", MINUTE)
    await watch_replica(database.replica)
    assert logged == [telemetry.REPLICA_AWAY, telemetry.REPLICA_BACK]
    assert await count_as_asked_now(database) == 1
    assert reads(database)["replica"] == 1


@pytest.mark.usefixtures("patient")
async def test_reports_go_on_while_the_replica_is_away(database: Database, replica: Replica, logged: list[str]) -> None:
    assert await count_as_asked_now(database) == 0
    under_way = asyncio.create_task(database.reports.fetchval(LONG_ON_A_REPLICA))
    while not await replica.ask(UNDER_WAY):
        await asyncio.sleep(0.01)
    await replica.kill()
    try:
        assert await under_way == "at once", "read again from the primary"
        assert await count_as_asked_now(database) == 0
        await watch_replica(database.replica)
        assert logged == [telemetry.REPLICA_AWAY]
    finally:
        await replica.start()
    await watch_replica(database.replica)
    assert logged == [telemetry.REPLICA_AWAY, telemetry.REPLICA_BACK]
    for _ in range(3):  # each of the two kept connections may be one of before
        await count_as_asked_now(database)
    assert reads(database)["replica"] >= 2


@pytest.mark.usefixtures("slow_servers", "patient")
async def test_a_server_that_is_no_replica_is_never_read(database_url: str) -> None:
    database = Database(database_url, database_url)
    await database.open()
    assert await count_as_asked_now(database) == 0
    assert reads(database) == {"replica": 0, "primary": 1}
    assert database.replica is not None
    assert "follows no other server" in str(database.replica.problem)
    await database.close()


async def test_the_doctor_says_what_is_wrong_with_a_replica(
    database_url: str, replica: Replica, free_port: int
) -> None:
    while problems := await look_at_replica(database_url, replica.url(database_url)):
        assert "behind" in problems[0] or "InvalidCatalogName" in problems[0], "the database was made just now"
    assert "follows no other" in (await look_at_replica(database_url, database_url))[0]
    nobody = f"postgresql://hub@127.0.0.1:{free_port}/hub"
    assert "does not answer" in (await look_at_replica(database_url, nobody))[0]


async def test_a_copy_of_another_server_is_refused(database: Database) -> None:
    class Other:
        async def fetchrow(self, _: str) -> dict[str, Any]:
            return {"follows": True, "position": 1 << 60, "system_identifier": 1}

    with pytest.raises(NoReplica, match="no copy"):
        await db.replica.compare(database.jobs, Other(), within=0)


@pytest.mark.usefixtures("slow_servers", "patient")
async def test_the_history_and_its_export_come_from_the_replica_with_the_newest_scan(
    open_hub: Callable[..., Awaitable[Hub]], database_url: str, replica: Replica
) -> None:
    hub = await open_hub(database_read_url=replica.url(database_url))
    world = await World(hub).found()
    code = (await world.reserved(await world.slot())).code
    scanner = await hub.socket(await world.staff(), gate="A")
    assert (await scanner.verify(code))["reason"] == "VERIFIED"
    manager = await world.staff("MANAGER")
    _, answer = await hub.get("/api/operators/scan-history", token=manager)
    assert [scan["ticket_code"] for scan in answer["data"]["scans"]] == [code]
    counted = reads(hub.services.database)
    assert counted["replica"] >= 2
    assert counted["primary"] == 0
