"""Figures of many days: every statement is short, whatever the span and the venue, and no past day is counted twice."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from db.pool import LONG_READS, STEADY_PLANS, Pool
from hub.actions.reporting import replay as read_replay
from hub.actions.reporting.days import count_days_over
from hub.rules.timestamps import rfc3339
from tests.support.api_client import Api
from tests.support.hub import Hub
from tests.support.job_table import without_job
from tests.support.plans import pages_touched, seem_a_million
from tests.support.rows import count_rows
from tests.support.season import write_season
from tests.support.ticket_checks import add_check, count_checks
from tests.support.world import NOON, TODAY, World

# A plan follows the statistics of its own rows.
pytestmark = [pytest.mark.own_hub, pytest.mark.new_database]

DAYS, EACH = 90, 60
"""Days, and visitors a day, who all check, book and come on one day."""
FIRST = TODAY - timedelta(days=DAYS)
A_DAY = timedelta(days=1)
AS_THE_HUB = STEADY_PLANS | LONG_READS


@pytest.fixture(autouse=True)
def no_statistics(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planner knows nothing of the season, as right after a load."""
    without_job(monkeypatch, "statistics")


async def figures(
    api: Api, token: str, first: date = FIRST, last: date = TODAY - A_DAY, *, part: str = ""
) -> dict[str, Any]:
    answer = await api.get(f"/api/analytics{part}?from={first}&to={last}", token=token)
    assert answer.status == 200, answer.json
    found: dict[str, Any] = answer.data
    return found


class Statements:
    """The statements of the connections for reports."""

    def __init__(self, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        for name in ("fetch", "fetchrow", "fetch_long"):
            self._listen(pool, name, monkeypatch)

    def _listen(self, pool: Pool, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        ask = getattr(pool, name)

        async def received(sql: str, *args: Any) -> Any:
            self.asked.append((sql, args))
            return await ask(sql, *args)

        monkeypatch.setattr(pool, name, received)

    def of(self, words: str) -> int:
        return sum(words in sql for sql, _ in self.asked)

    async def pages(
        self, url: str, *, of: str = "", without: str = "", settings: dict[str, str] = AS_THE_HUB
    ) -> list[int]:
        """Return how many 8 kB pages each of the statements touches that contain `of`."""
        connection = await asyncpg.connect(url, server_settings=settings)
        try:
            asked = [(sql.replace(without, ""), args) for sql, args in self.asked if of in sql]
            return [await pages_touched(connection, sql, *args) for sql, args in asked]
        finally:
            await connection.close()


async def test_no_statement_of_a_long_span_reads_more_than_a_day_or_walks_the_organisation(
    api: Api, hub: Hub, world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_season(world, FIRST, DAYS, EACH)
    manager, statements = await world.staff("MANAGER"), Statements(hub.database.records, monkeypatch)
    total = (await figures(api, manager))["total"]
    assert [total[name] for name in ("booked", "verified", "scans", "checked", "converted")] == [DAYS * EACH] * 5
    total = (await figures(api, manager, part="/portal"))["total"]
    assert [total[name] for name in ("checked", "booked", "reservations")] == [DAYS * EACH] * 3
    assert (await figures(api, manager, part="/operators"))["total"]["decided"] == DAYS * EACH
    assert max(await statements.pages(database_url)) < 10 * EACH
    # Control: without `OFFSET 0` the planner uses the organisation's own index, and reads all its reservations.
    kept_out = await statements.pages(database_url, of="ticket_checks")
    assert sum(await statements.pages(database_url, of="ticket_checks", without=" OFFSET 0")) > 2 * sum(kept_out)


@pytest.mark.parametrize("path", ["/api/operators/scan-history?limit=50", f"/api/replay?date={TODAY - A_DAY}"])
async def test_a_page_of_the_log_is_read_in_the_order_of_its_index(
    hub: Hub, world: World, database_url: str, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Control included: without `LONG_READS` and without statistics of the log, the planner reads and sorts all rows."""
    monkeypatch.setattr(read_replay, "PAGE", 20)
    await write_season(world, FIRST, DAYS, EACH)
    manager, statements = await world.staff("MANAGER"), Statements(hub.database.records, monkeypatch)
    async with hub.client.get(path, headers={"Authorization": f"Bearer {manager}"}) as answer:
        assert answer.status == 200
        await answer.read()
    await seem_a_million(database_url, "scans")
    pages = await statements.pages(database_url, of="FROM scans")
    assert max(pages) < 6 * 51
    assert sum(await statements.pages(database_url, of="FROM scans", settings=STEADY_PLANS)) > 1.2 * sum(pages)


async def test_the_scans_of_a_day_that_is_over_are_counted_once(
    api: Api, hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_season(world, FIRST, DAYS, EACH)
    manager, statements = await world.staff("MANAGER"), Statements(hub.database.records, monkeypatch)
    counting = "e.logged_at >= $3"
    results = await figures(api, manager)
    assert statements.of(counting) == DAYS
    assert await figures(api, manager) == results
    assert statements.of(counting) == DAYS
    # After a correction of the time zone the days are other ones.
    await world.policy(timezone="Asia/Tokyo")
    await figures(api, manager)
    assert statements.of(counting) == 2 * DAYS


async def test_what_is_over_is_counted_before_anybody_asks(
    api: Api, hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_season(world, FIRST, DAYS, EACH)
    assert await count_days_over(hub.services) > 0
    assert await count_days_over(hub.services) == 0
    statements = Statements(hub.database.records, monkeypatch)
    assert (await figures(api, await world.staff("MANAGER")))["total"]["scans"] == DAYS * EACH
    assert statements.of("e.logged_at >= $3") == 0


async def test_a_day_is_over_an_hour_after_its_end(api: Api, hub: Hub, world: World) -> None:
    hub.clock.set(NOON + timedelta(hours=11, minutes=50))  # ten minutes to midnight in Rome
    manager = await world.staff("MANAGER")
    scanner = await hub.socket(manager, gate="South")
    await scanner.validate("VH-STRANGER")
    hub.clock.set(NOON + timedelta(hours=12, minutes=59))
    assert (await figures(api, manager, TODAY, TODAY))["total"]["scans"] == 1
    assert await count_rows(hub.database, "scan_tallies") == 0
    # The scan is logged by a hub whose clock is slow.
    hub.clock.set(NOON + timedelta(hours=11, minutes=59))
    await scanner.validate("VH-ANOTHER")
    hub.clock.set(NOON + timedelta(hours=13))
    assert (await figures(api, manager, TODAY, TODAY))["total"]["scans"] == 2
    assert await count_rows(hub.database, "scan_tallies") == 1
    await scanner.close()


async def test_what_comes_later_is_added_to_a_day_that_is_over(api: Api, hub: Hub, world: World) -> None:
    slot, later = await world.slot(), await world.slot(TODAY + 3 * A_DAY)
    late, undecided = await world.reserved(slot), await world.ticket()
    assert (await api.post("/api/tickets/validate", {"ticket_code": undecided.code})).status == 200
    async with asyncio.timeout(20):
        while not await count_checks(hub.database):
            await asyncio.sleep(0.05)
    hub.clock.set(NOON + A_DAY)
    manager = await world.staff("MANAGER")
    before = (await figures(api, manager, TODAY, TODAY))["total"]
    assert (before["scans"], before["checked"], before["converted"]) == (0, 1, 0)
    assert await count_rows(hub.database, "scan_tallies") == 1
    scanner = await hub.socket(manager, gate="South")
    scan = {"scan_id": str(uuid4()), "code": late.code, "offline_result": "GREEN", "gate": "Garden",
            "scanned_at": rfc3339(NOON + timedelta(minutes=5))}  # fmt: skip
    await scanner.command("sync", scans=[scan])
    await scanner.close()
    await world.reserve(undecided, later)
    after = (await figures(api, manager, TODAY, TODAY))["total"]
    assert (after["scans"], after["checked"], after["converted"]) == (1, 1, 1)


async def test_a_booking_belongs_to_the_latest_check_also_where_that_is_another_venues_tomorrow(
    api: Api, hub: Hub, world: World
) -> None:
    tokyo = await world.venue(timezone="Asia/Tokyo")
    moved = await world.ticket()
    await add_check(world, moved.id, TODAY, NOON + timedelta(hours=5))
    await add_check(world, moved.id, TODAY + A_DAY, NOON + timedelta(hours=6), venue_id=tokyo)
    hub.clock.set(NOON + timedelta(hours=7))
    await world.reserved(await world.slot(start="20:00", end="22:00"))
    await world.reserve(moved, await world.slot(TODAY + A_DAY))
    manager = await world.staff("MANAGER")
    total = (await figures(api, manager, TODAY, TODAY))["total"]
    assert (total["checked"], total["converted"]) == (1, 0)
    there = await api.get(f"/api/analytics?date={TODAY + A_DAY}&venue_id={tokyo}", token=manager)
    assert (there.data["total"]["checked"], there.data["total"]["converted"]) == (1, 1)


@pytest.mark.parametrize(("patience", "statuses"), [(30.0, {200}), (0.0005, {200, 503})])
async def test_managers_who_look_back_at_once_wait_for_each_other(
    api: Api, hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch, patience: float, statuses: set[int]
) -> None:
    """Control included: with a time limit too short to wait, some of the requests are refused."""
    await write_season(world, FIRST, DAYS, EACH)
    assert hub.database.records._patience == 30.0
    monkeypatch.setattr(hub.database.records, "_patience", patience)
    manager = await world.staff("MANAGER")
    answers = await asyncio.gather(
        *(api.get(f"/api/analytics?from={FIRST}&to={TODAY - A_DAY}", token=manager) for _ in range(12))
    )
    assert {answer.status for answer in answers} <= statuses
    assert (503 in {answer.status for answer in answers}) == (503 in statuses)
