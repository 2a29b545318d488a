"""Supervisors at once, and a supervisor against a gate: one decision, one entry, and no confirmation without an entry.

The test makes each race certain: it locks the row, lets both read, and unlocks it when both wait to write. The controls
remove the mechanism and see both succeed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.disputes import count_disputes
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.locks import count_waiting, hold_row
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.scan_log import count_entries, count_scans
from tests.support.websocket_client import Socket
from tests.support.world import TODAY, Ticket, World

MAX_ATTEMPTS = 12
NO_VERSION_GUARD = (" AND t.id = a.ticket_id AND t.version = a.version\n", " AND t.id = a.ticket_id\n")
DECIDED_OR_NOT = (" WHERE d.decision IS NULL\n", "\n")


@pytest.fixture
async def gate(two_hubs: list[Hub], world: World) -> Socket:
    return await two_hubs[0].socket(await world.staff(), gate="A")


@pytest.fixture
async def managers(two_hubs: list[Hub], world: World) -> list[Socket]:
    return [await hub.socket(await world.staff("MANAGER")) for hub in two_hubs]


@asynccontextmanager
async def held(world: World, table: str, **where: Any) -> AsyncIterator[None]:
    """Lock rows until two of the hubs' statements wait for them at the end of the block."""
    database = world.hub.database
    async with database.jobs.transaction() as connection:
        await hold_row(connection, table, **where)
        yield
        async with asyncio.timeout(10):
            while await count_waiting(database) < 2:
                await asyncio.sleep(0.01)


async def at_once(*commands: Any) -> list[asyncio.Task[dict[str, Any]]]:
    return [asyncio.ensure_future(command) for command in commands]


async def refused_scan(gate: Socket, ticket: Ticket) -> str:
    return str((await gate.validate(ticket.code))["scan_id"])


async def two_supervisors(world: World, gate: Socket, managers: list[Socket], second: str) -> list[list[Any]]:
    """Let two supervisors decide one dispute at once, the second with the command `second`.

    Return both replies per round.
    """
    received = []
    for ticket in await world.fill(await world.slot(TODAY + timedelta(days=1)), MAX_ATTEMPTS):
        scan_id = await refused_scan(gate, ticket)
        await gate.command("ask_supervisor", scan_id=scan_id)
        async with held(world, "disputes", scan_id=scan_id):
            answers = await at_once(
                managers[0].command("override", scan_id=scan_id, reason="yes"),
                managers[1].command(second, scan_id=scan_id, reason="mine"),
            )
        received.append([await answer for answer in answers])
    return received


async def test_of_two_supervisors_the_first_decides_and_the_other_is_refused(two_hubs, world, gate, managers):
    admitted = 0
    for pair in await two_supervisors(world, gate, managers, "decline"):
        (winner,) = [reply["data"] for reply in pair if reply["success"]]
        (loser,) = [reply["error"] for reply in pair if not reply["success"]]
        assert (loser["code"], loser["decision"]) == ("DISPUTE_DECIDED", winner["decision"])
        admitted += winner["decision"] == "admitted"
    assert await count_entries(world.hub.database) == admitted
    assert await broken_invariants(world.hub.database) == []


async def test_two_overrides_record_one_entry_and_both_get_the_first_answer(two_hubs, world, gate, managers):
    for pair in await two_supervisors(world, gate, managers, "override"):
        assert [reply["success"] for reply in pair] == [True, True], pair
        assert pair[0]["data"] == pair[1]["data"]
    assert await count_scans(world.hub.database, mode="override") == MAX_ATTEMPTS
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_check_of_the_decision_both_supervisors_decide(two_hubs, world, gate, managers, monkeypatch):
    sabotage(monkeypatch, "scanning/disputes", "settle", DECIDED_OR_NOT)
    both = [pair for pair in await two_supervisors(world, gate, managers, "decline") if all(r["success"] for r in pair)]
    # Both succeed in every round, whichever decision comes first.
    assert len(both) == MAX_ATTEMPTS


async def a_supervisor_and_a_gate(hubs: list[Hub], world: World, managers: list[Socket]) -> list[tuple[Any, Any]]:
    """Let a supervisor override at a second venue, while a gate at the ticket's own venue admits it.

    Return both replies.
    """
    wrong = await hubs[0].socket(await world.staff(venue_id=await world.venue()), gate="A")
    right = await hubs[1].socket(await world.staff(), gate="B")
    received = []
    for ticket in await world.fill(await world.slot(capacity=MAX_ATTEMPTS), MAX_ATTEMPTS):
        scan_id = await refused_scan(wrong, ticket)
        async with held(world, "tickets", id=ticket.id):
            answers = await at_once(
                managers[0].command("override", scan_id=scan_id, reason="yes"),
                right.command("verify", code=ticket.code, scan_id=str(uuid4())),
            )
        received.append((await answers[0], (await answers[1])["data"]))
    return received


async def test_a_gate_that_admits_at_that_moment_and_the_supervisor_record_one_entry(two_hubs, world, managers):
    admitted = 0
    for answer, decision in await a_supervisor_and_a_gate(two_hubs, world, managers):
        if answer["success"]:
            admitted += 1
            assert (decision["reason"], decision["verified"]["gate"]) == ("ALREADY_VERIFIED", "A")
        else:
            assert (decision["reason"], decision["verified"]["gate"]) == ("VERIFIED", "B")
            assert (answer["error"]["code"], answer["error"]["gate"]) == ("ALREADY_VERIFIED", "B")
    database = world.hub.database
    assert await count_entries(database) == MAX_ATTEMPTS
    # No admission without its entry, and no entry without its admission.
    assert await count_scans(database, mode="override") == admitted
    assert await count_disputes(database, decision="admitted") == admitted
    assert await broken_invariants(database) == []


async def test_without_the_version_check_gate_and_supervisor_both_admit(two_hubs, world, managers, monkeypatch):
    sabotage(monkeypatch, "scanning/entries", "write_entry_scans", NO_VERSION_GUARD)
    await without_last_line(world, "reservation_slots_verified_within_booked")
    for answer, decision in await a_supervisor_and_a_gate(two_hubs, world, managers):
        assert (answer["data"]["decision"], decision["reason"]) == ("admitted", "VERIFIED")
    broken = await broken_invariants(world.hub.database)
    assert any("let in at most once" in line for line in broken), broken
