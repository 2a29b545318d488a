"""The checker of `make faults` finds every broken promise. Each test is its negative control: a fault that nothing else shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loadtests.faults import checker
from loadtests.faults.customers import Customer
from loadtests.faults.history import Attempt, History
from loadtests.stock import FIRST_ID
from tests.support.damage import DAMAGE, damaged
from tests.support.owner import as_owner
from tests.support.world import World


@pytest.fixture
async def sold(open_hub) -> tuple[World, History]:
    """Two bookings of a slot, one of which has entered, and what their customer was told."""
    world = await World(await open_hub()).found()
    history = History()
    customer = Customer(world.hub.url, history)
    slot_id = await world.slot(capacity=5)
    tickets = await world.tickets(2)
    for ticket in tickets:
        await customer.book(ticket.id - FIRST_ID, slot_id)
    customer.close()
    gate = await world.hub.socket(await world.staff(), gate="A")
    decision = await gate.verify(tickets[0].code)
    history.scans.append(decision["scan_id"])
    return world, history


async def findings(connection: Any, world: World, history: History) -> list[str]:
    found = await checker.broken_in_tables(connection, world.org_id)
    return found + await checker.broken_promises(connection, world.org_id, history)


async def test_every_broken_promise_of_the_tables_is_found(sold):
    world, history = sold
    assert history.outcomes == {"booked": 2}
    for promise in DAMAGE:
        async with damaged(world.hub.database, promise) as connection:
            found = await findings(connection, world, history)
        assert any(line.startswith(promise) for line in found), promise
    async with as_owner(world.hub.database) as connection:
        assert await findings(connection, world, history) == []


async def test_what_clients_received_is_compared_with_the_tables(sold):
    world, history = sold
    async with as_owner(world.hub.database) as connection:
        history.bookings[1].outcome = "unknown"
        assert await findings(connection, world, history) == [], "it may stand or not"
        history.bookings[1].outcome = "refused"
        (found,) = await findings(connection, world, history)
        assert found.startswith("I5 what was refused does not stand")
        history.bookings[1].outcome = "booked"
        history.scans.append("00000000-0000-4000-8000-000000000000")
        assert await findings(connection, world, history) == [
            "I4 what was acknowledged stands: 2 entries, 1 in the log"
        ]


@pytest.mark.parametrize(
    ("report", "promise"),
    [
        ({"gate": [{"slot_id": 1, "free": 4, "gate_free": 5}], "counts": [], "holds": []}, "I8"),
        ({"gate": [], "counts": [{"slot_id": 1}], "holds": []}, "I2"),
        ({"gate": [], "counts": [], "holds": [{"slot_id": 1}]}, "I2"),
    ],
)
def test_a_drift_that_the_hub_reports_is_found(report, promise):
    assert [line[:2] for line in checker.broken_in_gate(report)] == [promise]
    assert checker.broken_in_gate({"gate": [], "counts": [], "holds": []}) == []


def test_a_traceback_in_the_log_is_found_once_with_its_number():
    text = 'Traceback (most recent call last):\n  File "x.py", line 1\nValueError: wrong'
    lines: list[Any] = [json.dumps({"event": "log", "text": "job failed", "traceback": text})] * 3
    lines += [json.dumps({"event": "booking.done"}), "Task exception was never retrieved"]
    assert checker.broken_in_log(lines) == [
        "I9 the log has no traceback: log job failed ValueError: wrong (3 times)",
        "I9 the log has no traceback: Task exception was never retrieved (1 times)",
    ]
    assert checker.broken_in_log(lines[3:4]) == []


def test_the_share_of_answered_bookings_counts_repeats_and_what_was_never_answered():
    history = History()
    for seconds, outcome in ((1.0, "booked"), (12.0, "booked"), (2.0, "unknown"), (3.0, "refused")):
        booking = history.begin(len(history.bookings), 1, "key")
        booking.attempts = [Attempt(100.0, 0.5, 503), Attempt(100.0 + seconds - 0.5, 0.5, 200)]
        booking.outcome = outcome
    assert history.share_answered(10.0) == 0.5
    assert history.settled_by_repeating == 3
    assert [attempt.began for attempt in history.attempts(101.0, 105.0)] == [101.5, 102.5]
