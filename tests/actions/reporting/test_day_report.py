"""The report of a day: its disputes, conflicts and alarms are read by index."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from db.statements import load
from hub.actions.reporting.day_report import read_day_report
from hub.actions.scanning.disputes import ask_supervisor
from tests.support.hub import Hub
from tests.support.plans import plan_of, planned, rule_out_seq_scans
from tests.support.world import NOON, TODAY, World

REPORT = load("reporting/day_report")
LISTS = [
    ("disputes_of_day", "disputes_of_day", "day"),
    ("conflicts_of_day", "scan_conflicts_of_time", "scanned_at"),
    ("alarms_of_day", "duplicate_alarms_of_time", "second_at"),
]


@pytest.mark.parametrize("plans", ["force_custom_plan", "force_generic_plan"])
async def test_what_went_wrong_on_a_day_is_read_by_an_index_of_venue_and_time(
    hub: Hub, world: World, plans: str
) -> None:
    span = [NOON, NOON + timedelta(days=1), TODAY, 100]
    async with hub.database.transaction() as connection, planned(connection, plans):
        await rule_out_seq_scans(connection)
        for name, index, column in LISTS:
            given = span[2:] if name == "disputes_of_day" else span
            nodes = await plan_of(connection, getattr(REPORT, name), world.org_id, world.venue_id, *given)
            [condition] = [node["Index Cond"] for node in nodes if node.get("Index Name") == index]
            assert "venue_id" in condition, condition
            assert column in condition, condition


async def test_a_dispute_belongs_to_the_business_day_of_its_scan(hub: Hub, world: World) -> None:
    """The scan is at 0:30, in a slot that began the day before; the operator asks half an hour later."""
    await world.slot(start="22:30", end="02:30")
    hub.services.venues.forget()
    ticket = await world.ticket("CANCELLED")
    hub.clock.set(NOON + timedelta(hours=12, minutes=30))
    token = await world.staff()
    gate = await hub.socket(token, gate="A")
    refused = await gate.validate(ticket.code)
    hub.clock.advance(1800)
    await ask_supervisor(hub.services, hub.services.sessions.read(token), UUID(refused["scan_id"]), None)
    venue = await hub.services.venues.read(world.org_id, world.venue_id)
    assert [len((await read_day_report(hub.services, venue, TODAY + timedelta(days=n))).disputes) for n in (0, 1)] == [
        1,
        0,
    ]
