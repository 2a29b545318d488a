"""The run with millions of rows, on few: its rows agree, its record is right, and no statement reads a large table as a whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from db.database import Database
from db.pool import LONG_READS, STEADY_PLANS
from db.statements import load
from loadtests.growth import rows
from loadtests.growth.every_statement import STEADY, whole_reads
from loadtests.growth.recorded import Recorded, accesses_of, pages_of, plans_in
from loadtests.growth.report import growing, wrong_answers
from loadtests.growth.rows import Grown, Loader, Size, TooLarge
from loadtests.stock import Stock
from tests.support.databases import add_two_organisations
from tests.support.negative_controls import drop_index
from tests.support.plans import generic_plan_of, pages_touched, set_planner
from tests.support.world import NOON

pytestmark = pytest.mark.new_database

TODAY = date(2026, 11, 20)
FEW = Size(900, 3_600)
NO_OTHER_WAY = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
"""What is ruled out, so that small tables are planned as large ones: whatever has an index is read by it."""
WHOLE = {
    "messaging/outbox_admin.figures": "stops at the newest e-mail that was sent",
    "privacy/personal_data.rows_of_person": "asked for rarely, and of every column with an address",
    "venues/demo.anything_made": "stops at the first ticket",
    "venues/demo.link_of_request": "for the demo venue alone",
    "venues/demo.spare_tickets": "for the demo venue alone",
}
"""Statements that may read a large table as a whole, and why."""


@pytest.fixture
async def stock(database_url: str) -> AsyncIterator[Stock]:
    database = Database(database_url)
    await database.open()
    await add_two_organisations(database)
    await database.close()
    stock = await Stock.open(database_url)
    yield stock
    await stock.close()


async def loaded(stock: Stock, monkeypatch: pytest.MonkeyPatch, size: Size = FEW) -> tuple[Loader, Grown]:
    monkeypatch.setattr(rows, "LEAST_FREE", 0)
    loader = Loader(stock, TODAY, Path("/"), size)
    return loader, await loader.load()


async def test_the_rows_agree_with_each_other(stock, monkeypatch):
    _, grown = await loaded(stock, monkeypatch)
    slots = await stock.slots_of(TODAY)
    assert len(slots) == 10
    for hour, slot in zip(range(12, 22), slots, strict=True):
        tickets = grown.numbers_of(TODAY, hour)
        assert slot.booked == len(tickets) == 1
        assert await stock.booked(tickets, slot.id) == len(tickets)
    yesterday = await stock.slots_of(date(2026, 11, 19))
    assert not await stock.count_drift([slot.id for slot in [*slots, *yesterday]])


async def test_no_statement_reads_a_large_table_as_a_whole(stock, database_url, monkeypatch):
    loader, _ = await loaded(stock, monkeypatch, Size(9_000, 36_000))
    await loader.settle()
    assert set(await whole_reads(stock.connection, NO_OTHER_WAY)) == set(WHOLE)

    database = Database(database_url)
    await database.open()
    await drop_index(database, "scans_of_code")
    await database.close()
    assert set(await whole_reads(stock.connection, NO_OTHER_WAY)) > set(WHOLE)


async def test_the_list_of_stuck_messages_reads_none_that_was_sent(stock, monkeypatch):
    loader, _ = await loaded(stock, monkeypatch, Size(9_000, 900))
    await loader.settle()
    asked = (stock.org_id, 1 << 60, 50, NOON)
    stuck = load("messaging/outbox_admin").stuck
    for name, value in {**STEADY_PLANS, **LONG_READS}.items():
        await set_planner(stock.connection, name, value)
    assert await pages_touched(stock.connection, stuck, *asked) < 10
    assert await pages_touched(stock.connection, stuck.replace("OFFSET 0", ""), *asked) > 100


async def test_orders_that_were_found_are_looked_up_and_no_others_passed(stock):
    for name in STEADY:
        await set_planner(stock.connection, name, "off")

    async def are_looked_up(sql: str) -> bool:
        plan = await generic_plan_of(stock.connection, sql)
        return any("ANY ($5)" in access.condition for access, _ in accesses_of(plan))

    sql, condition = load("orders/orders").list_orders, "o.id = ANY ($5::bigint[])"
    assert await are_looked_up(sql)
    assert not await are_looked_up(sql.replace(condition, f"($5::bigint[] IS NULL OR {condition})"))


async def test_a_disk_without_room_is_refused_before_anything_is_written(stock, monkeypatch):
    monkeypatch.setattr(rows, "LEAST_FREE", 1 << 60)
    with pytest.raises(TooLarge, match="GB are free"):
        await Loader(stock, TODAY, Path("/"), FEW).load()
    assert not await stock.slots_of(TODAY)


def test_plans_are_read_from_among_the_other_lines_of_a_log():
    log = [
        "2026-11-20 10:00:00.000 UTC [7] LOG:  duration: 0.250 ms  plan:\n",
        '\t{\n', '\t  "Query Text": "first",\n', '\t  "Plan": {"Node Type": "Result", "Shared Hit Blocks": 3, "Shared Read Blocks": 4}\n', "\t}\n",
        "2026-11-20 10:00:00.100 UTC [7] LOG:  process 7 still waiting for ShareLock\n",
        "2026-11-20 10:00:00.200 UTC [8] LOG:  duration: 1.500 ms  plan:\n", '\t{"Query Text": "second", "Plan": {"Node Type": "Result"}}\n',
        "2026-11-20 10:00:00.300 UTC [8] LOG:  duration: 2.000 ms  plan:\n", '\t{"Query Text": "cut o',
    ]  # fmt: skip
    assert [(ms, found["Query Text"], pages_of(found["Plan"])) for ms, found in plans_in(iter(log))] == [
        (0.25, "first", 7),
        (1.5, "second", 0),
    ]


@pytest.mark.parametrize(
    ("empty", "large", "expected"),
    [
        (Recorded([5]), Recorded([9, 5_000, 9]), False),  # one dear run of many
        (Recorded([5]), Recorded([5_000]), True),
        (Recorded([4_000]), Recorded([5_000]), False),
        (None, Recorded([5_000]), True),
    ],
)
def test_a_statement_grows_if_its_usual_run_touches_many_more_pages(empty, large, expected):
    stages = {"empty": {} if empty is None else {"some.statement": empty}, "settled": {"some.statement": large}}
    assert (list(growing(stages)) == ["some.statement"]) is expected


def test_an_unexpected_answer_is_said_once_with_how_often_each_stage_had_it():
    lines = list(wrong_answers({"loaded": ["/a: 503 x", "/a: 503 x"], "settled": ["/b: 404 y", "/a: 503 x"]}))
    assert [line for line in lines if "503" in line or "404" in line] == [
        "| `/a: 503 x` | 2 | 1 |",
        "| `/b: 404 y` | 0 | 1 |",
    ]
    assert next(iter(wrong_answers({}))) == "All answers were as expected."
