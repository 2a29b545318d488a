"""The scan log: every scan is read once under any filter, and a late page is as fast as the first."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.pool import TooLong
from hub.actions.reporting import scan_log as read_records
from hub.actions.reporting.scan_log import ScanFilter, every_scan, read_scans
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from hub.services import Services
from tests.support import scan_log
from tests.support.hub import Hub
from tests.support.negative_controls import drop_index, sabotage
from tests.support.plans import pages_touched, plan_of, planned
from tests.support.scan_log import log_at_one_moment, log_scan, log_scans
from tests.support.world import NOON, TODAY, World

# A plan follows the statistics of its own rows.
pytestmark = [pytest.mark.own_hub, pytest.mark.new_database]

ROWS = 60_000
PAGE_BUFFERS = 600
"""Blocks that a page may touch: 51 rows, each with its operator and its undo."""


async def venue_of(hub: Hub, world: World) -> Venue:
    return await hub.services.venues.read(world.org_id, world.venue_id)


async def everything(services: Services, venue: Venue, query: ScanFilter, limit: int) -> list[dict[str, Any]]:
    seen, before = [], None
    while True:
        page = await read_scans(services, venue, query, limit=limit, before=before)
        seen += page["scans"]
        before = page["next"]
        if before is None:
            return seen


async def test_pages_hold_every_scan_once_also_within_one_moment(hub: Hub, world: World):
    gate = await hub.socket(await world.staff(), gate="A")
    ticket = (await world.fill(await world.slot(), 1))[0]
    scan_id = str(uuid4())
    for _ in range(9):
        await gate.verify("DT-NOBODY")
    await gate.command("validate", code=ticket.code, scan_id=scan_id)
    await gate.verify(ticket.code, scan_id)
    await log_at_one_moment(hub.database)
    venue = await venue_of(hub, world)
    seen = await everything(hub.services, venue, ScanFilter(first=TODAY, last=TODAY), 2)
    assert len(seen) == len({(scan["scan_id"], scan["mode"]) for scan in seen}) == 11
    assert {scan["mode"] for scan in seen if scan["scan_id"] == scan_id} == {"validate", "verify"}
    assert {scan["operator_name"] for scan in seen} == {"Jane Smith"}


@pytest.mark.parametrize(("query", "share"), [
    (ScanFilter(), lambda n: True),
    (ScanFilter(result="RED"), lambda n: n % 10 == 0),
    (ScanFilter(reason="WRONG_DATE", gate="G0"), lambda n: n % 10 == 0),
    (ScanFilter(operator_id=3), lambda n: n % 7 == 2),
    (ScanFilter(code="C17"), lambda n: n % 1000 == 17),
    (ScanFilter(code="C17", gate="G1"), lambda n: False),
    (ScanFilter(mode="undo"), lambda n: False),
])  # fmt: skip
async def test_a_filter_lets_through_what_it_names_and_nothing_else(
    hub: Hub, world: World, query: ScanFilter, share: Any
):
    await log_scans(world, 2_500)
    venue = await venue_of(hub, world)
    wanted = sum(1 for n in range(1, 2_501) if share(n))
    assert len(await everything(hub.services, venue, query, 200)) == wanted
    assert sum([len(page) async for page in every_scan(hub.services, venue, query)]) == wanted


async def test_a_day_is_the_venues_own_from_midnight_to_midnight(hub: Hub, world: World):
    await log_scans(world, 10)
    yesterday = TODAY - timedelta(days=1)
    # Midnight in Rome is 23:00 of the day before in UTC.
    for number, moment in enumerate((time(22, 59, 59), time(23))):
        newest_first = await scan_log.read_scans(hub.database, "scan_id", order_by="logged_at DESC")
        await scan_log.change_scan(
            hub.database, newest_first[number]["scan_id"], logged_at=datetime.combine(yesterday, moment, UTC)
        )
    venue = await venue_of(hub, world)
    assert len(await everything(hub.services, venue, ScanFilter(first=TODAY, last=TODAY), 50)) == 9
    assert len(await everything(hub.services, venue, ScanFilter(first=yesterday, last=yesterday), 50)) == 1


async def test_a_scan_made_offline_is_in_the_day_on_which_it_was_made(hub: Hub, world: World):
    """Two scans of yesterday were synced today, and one of them, after midnight, was of yesterday's slot."""
    await log_scans(world, 5)
    yesterday = TODAY - timedelta(days=1)
    before, after = datetime.combine(yesterday, time(20), UTC), datetime.combine(yesterday, time(23, 30), UTC)
    rows = await scan_log.read_scans(hub.database, "scan_id", order_by="logged_at DESC")
    await scan_log.change_scan(hub.database, rows[0]["scan_id"], source="sync", scanned_at=before)
    await scan_log.change_scan(hub.database, rows[1]["scan_id"], source="sync", scanned_at=after, day=yesterday)
    venue = await venue_of(hub, world)
    for code in (None, *(f"C{n}" for n in range(1, 6))):
        of_today = await everything(hub.services, venue, ScanFilter(first=TODAY, last=TODAY, code=code), 2)
        of_yesterday = await everything(hub.services, venue, ScanFilter(first=yesterday, last=yesterday, code=code), 2)
        ever = await everything(hub.services, venue, ScanFilter(code=code), 2)
        assert len(ever) == len(of_today) + len(of_yesterday)
        if code is None:
            # The newest first, by the moment at which they happened.
            assert [scan["scan_id"] for scan in ever[3:]] == [str(rows[1]["scan_id"]), str(rows[0]["scan_id"])]
            assert [scan["scan_id"] for scan in of_yesterday] == [scan["scan_id"] for scan in ever[3:]]
            assert {scan["day"] for scan in of_yesterday} == {yesterday}
            assert [scan["happened_at"] for scan in of_yesterday] == ["2026-11-19T23:30:00Z", "2026-11-19T20:00:00Z"]


async def test_nobody_reads_another_organisations_log(hub: Hub, world: World):
    await log_scans(world, 10)
    elsewhere = await World(hub).found()
    venue = await venue_of(hub, elsewhere)
    assert (await read_scans(hub.services, venue, ScanFilter()))["scans"] == []
    assert (await read_scans(hub.services, venue, ScanFilter(code="C1")))["scans"] == []


@pytest.mark.parametrize("cursor", ["x", "__", "a_b_c", f"2026-11-20T10:00:00_{UUID(int=7)}_verify",
                                    f"2026-11-20T10:00:00+00:00_{UUID(int=7)}_dance", "2026-11-20T10:00:00+00:00_x_verify"])  # fmt: skip
async def test_a_malformed_cursor_is_refused(hub: Hub, world: World, cursor: str):
    with pytest.raises(Refused):
        await read_scans(hub.services, await venue_of(hub, world), ScanFilter(), before=cursor)


async def test_rare_scans_years_apart_are_read_once_in_order(hub: Hub, world: World):
    """The log is read span by span. A scan of another business day than its moment's stands between them in its place."""
    seconds = [0, 1, 90_000, 90_001, 4 * 86_400, 40 * 86_400, 400 * 86_400, 400 * 86_400 + 1, 3_000 * 86_400]
    for n, ago in enumerate(seconds):
        moment = NOON - timedelta(seconds=ago)
        day = None if n % 3 else (moment - timedelta(days=1)).date()
        synced = {"source": "sync", "scanned_at": moment} if n % 2 else {"source": "socket", "scanned_at": moment}
        await log_scan(
            world,
            moment,
            mode="verify",
            gate="Rare",
            code=f"C{n}",
            result="RED",
            reason="WRONG_DATE",
            day=day,
            **synced,
        )
    await log_scans(world, 50)
    venue = await venue_of(hub, world)
    for query in (ScanFilter(gate="Rare"), ScanFilter(gate="Rare", first=date(2010, 1, 1), last=TODAY)):
        for limit in (1, 2, 200):
            seen = await everything(hub.services, venue, query, limit)
            assert [scan["ticket_code"] for scan in seen] == [f"C{n}" for n in range(len(seconds))]
        exported = [scan async for page in every_scan(hub.services, venue, query) for scan in page]
        assert len(exported) == len(seconds)
    assert await everything(hub.services, venue, ScanFilter(gate="No such"), 50) == []


async def test_a_page_that_takes_too_long_says_where_to_go_on(hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch):
    await log_scan(world, NOON - timedelta(days=400), mode="verify", gate="Rare", code="C", result="RED", reason="WRONG_DATE",
                   source="socket", scanned_at=NOON)  # fmt: skip
    monkeypatch.setattr(read_records, "MOST_SECONDS", -1.0)
    venue, query = await venue_of(hub, world), ScanFilter(gate="Rare")
    first = await read_scans(hub.services, venue, query)
    assert (first["scans"], first["next"] is None) == ([], False)
    assert len(await everything(hub.services, venue, query, 50)) == 1


async def test_a_span_that_takes_longer_than_a_statement_may_is_read_in_shorter_ones(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
):
    for n, hours in enumerate((1, 9, 11)):
        await log_scan(world, NOON - timedelta(hours=hours), mode="verify", gate="Rare", code=f"C{n}", result="RED",
                       reason="WRONG_DATE", source="socket", scanned_at=NOON)  # fmt: skip
    records = hub.services.database.records
    fetch = records.fetch
    cancelled: list[Any] = []

    async def fetch_up_to_13_hours(sql: str, *asked: Any) -> list[Any]:
        if sql == read_records.RECORDS.venue_scans and min(asked[3], asked[14]) - asked[2] > timedelta(hours=13):
            cancelled.append(asked)
            raise TooLong
        return await fetch(sql, *asked)

    monkeypatch.setattr(records, "fetch", fetch_up_to_13_hours)
    venue = await venue_of(hub, world)
    query = ScanFilter(gate="Rare", first=TODAY, last=TODAY)
    seen = await everything(hub.services, venue, query, 50)
    assert [scan["ticket_code"] for scan in seen] == ["C0", "C1", "C2"]
    assert cancelled
    # Control: whoever does not try a shorter span is refused.
    monkeypatch.setattr(read_records, "SHORTEST_SPAN", timedelta(days=10))
    with pytest.raises(TooLong):
        await read_scans(hub.services, venue, query)


async def _blocks(world: World, sql: str, *arguments: Any) -> int:
    """Return the number of blocks that a statement touches."""
    async with world.hub.database.jobs.connection() as connection:
        return await pages_touched(connection, sql, *arguments)


async def test_a_deep_page_costs_what_the_first_one_does_and_not_without_the_index(hub: Hub, world: World):
    await log_scans(world, ROWS)
    deep = NOON - timedelta(seconds=ROWS * 0.9)
    filters: list[Any] = [None] * 5

    async def page(before: Any) -> int:
        start = NOON - timedelta(days=30)
        return await _blocks(world, read_records.RECORDS.venue_scans, world.org_id, world.venue_id, start, before,
                             uuid4(), "verify", *filters, 51, None, None, NOON + timedelta(days=1))  # fmt: skip

    async def code() -> int:
        return await _blocks(world, read_records.RECORDS.code_scans, world.org_id, world.venue_id,
                             NOON - timedelta(days=30), NOON, uuid4(), "verify", *filters, 51,
                             None, None, NOON + timedelta(days=1), "C7")  # fmt: skip

    assert await page(NOON) < PAGE_BUFFERS
    assert await page(deep) < PAGE_BUFFERS
    assert await code() < PAGE_BUFFERS
    # Control: the same statements without the indexes.
    await drop_index(hub.database, "scans_of_venue")
    await drop_index(hub.database, "scans_of_code")
    assert await page(NOON) > PAGE_BUFFERS
    assert await code() > PAGE_BUFFERS


async def test_the_first_page_of_a_past_day_passes_over_nothing_that_came_later(hub: Hub, world: World, monkeypatch):
    await log_scans(world, ROWS)
    ends = NOON - timedelta(seconds=ROWS * 0.9)
    filters: list[Any] = [None] * 5

    async def page() -> int:
        return await _blocks(world, read_records.RECORDS.venue_scans, world.org_id, world.venue_id, ends - timedelta(days=1),
                             NOON + timedelta(days=365), uuid4(), "verify", *filters, 51, ends.date() - timedelta(days=1), ends.date(), ends)  # fmt: skip

    assert await page() < PAGE_BUFFERS
    sabotage(monkeypatch, "reporting/scan_log", "venue_scans", ("(least($4, $15), $5)", "($4, $5)"))
    assert await page() > PAGE_BUFFERS


WALKS = {"scans_of_venue", "scans_synced_of_venue", "scans_of_another_day", "scans_of_code", "scans_of_operator"}


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_a_page_is_read_along_an_index_with_a_custom_and_a_generic_plan(hub: Hub, world: World, mode: str):
    """Postgres makes one plan for all filters of a frequent statement.

    This plan must use an index and stop after one page.
    """
    await log_scans(world, ROWS)
    start, nobody = NOON - timedelta(days=30), uuid4()
    requests: list[list[Any]] = [
        [None, None, None, None, None, 51], [3, None, None, None, None, 51], [None, "G1", "RED", None, None, 51],
        [None, None, None, None, "undo", 51], [None, None, None, None, None, read_records.CSV_PAGE],
    ]  # fmt: skip
    async with hub.database.jobs.connection() as connection, planned(connection, mode):
        for sql, code in ((read_records.RECORDS.venue_scans, []), (read_records.RECORDS.code_scans, ["C7"])):
            for query in requests:
                asked = [
                    world.org_id,
                    world.venue_id,
                    start,
                    NOON,
                    nobody,
                    "verify",
                    *query,
                    None,
                    None,
                    NOON + timedelta(days=1),
                    *code,
                ]
                nodes = await plan_of(connection, sql, *asked)
                walked = {node["Index Name"] for node in nodes if node.get("Index Name", "").startswith("scans")}
                walked -= {"scans_undone_once"}
                assert walked, (query, nodes)
                # Undos are rare. Postgres may look for them in the primary key, which has the mode as a column.
                assert walked <= (WALKS | {"scans_pkey"} if "undo" in query else WALKS), (query, walked)
                assert not [n for n in nodes if n["Node Type"] == "Seq Scan" and n["Relation Name"] == "scans"], query
