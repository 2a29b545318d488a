"""One code at two gates at once: one entry, whatever the two hubs know of each other."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from hub.rules.scan_requests import ScanRequest
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.repetitions import repetitions
from tests.support.scan_log import count_entries, count_scans
from tests.support.world import World
from web import keys

pytestmark = pytest.mark.own_hub

NO_VERSION_GUARD = (" AND t.id = a.ticket_id AND t.version = a.version\n", " AND t.id = a.ticket_id\n")


async def one_code_at_two_gates(hubs: list[Hub], world: World, repeats: int) -> list[str]:
    """Mark each ticket as verified on two sockets of two hubs at once. Return the broken promises."""
    slot_id = await world.slot(capacity=repeats)
    tickets = await world.fill(slot_id, repeats)
    gates = [
        await hub.socket(await world.staff(name=name), gate=gate)
        for hub, name, gate in zip(hubs, ("Jane Smith", "Tom Brown"), "AB", strict=True)
    ]
    broken = []
    for ticket in tickets:
        decisions = await asyncio.gather(*(gate.verify(ticket.code) for gate in gates))
        colours = sorted((d["result"], d["reason"]) for d in decisions)
        if colours != [("GREEN", "VERIFIED"), ("YELLOW", "ALREADY_VERIFIED")]:
            broken.append(f"{ticket.code}: {colours}")
        elif decisions[0]["verified"] != decisions[1]["verified"]:
            broken.append(f"{ticket.code}: two first entries, {[d['verified'] for d in decisions]}")
    entered = await count_entries(world.hub.database)
    if entered != repeats:
        broken.append(f"{entered} entries in the log for {repeats} tickets")
    for gate in gates:
        await gate.close()
    return broken + await broken_invariants(world.hub.database)


async def test_one_code_verified_on_two_sockets_at_once_is_green_once_and_yellow_once(two_hubs, world):
    assert await one_code_at_two_gates(two_hubs, world, repetitions(full=200, short=50)) == []


async def test_without_the_version_check_both_gates_are_green(two_hubs, world, monkeypatch):
    sabotage(monkeypatch, "scanning/entries", "write_entry_scans", NO_VERSION_GUARD)
    await without_last_line(world, "reservation_slots_verified_within_booked")
    broken = await one_code_at_two_gates(two_hubs, world, 30)
    assert any("('GREEN', 'VERIFIED'), ('GREEN', 'VERIFIED')" in line for line in broken), broken
    assert any("let in at most once" in line for line in broken), broken


async def test_a_scan_sent_again_over_another_hub_at_the_same_moment_is_logged_once(two_hubs, world):
    """A scanner with an unstable connection sends its frame again over a new one, before the first was answered."""
    slot_id = await world.slot(capacity=50)
    tickets = await world.fill(slot_id, 15)
    codes = [*(t.code for t in tickets), *(t.code for t in await world.tickets(15)), *(["DT-UNKNOWN"] * 10)]
    token = await world.staff()
    gates = [await hub.socket(token, gate="A") for hub in two_hubs]
    for code in codes:
        for kind in ("validate", "verify"):
            scan_id = str(uuid4())
            pair = await asyncio.gather(*(gate.command(kind, code=code, scan_id=scan_id) for gate in gates))
            assert [reply["success"] for reply in pair] == [True, True], pair
            assert pair[0]["data"] == pair[1]["data"]
    assert await count_scans(world.hub.database) == 2 * len(codes)
    assert await broken_invariants(world.hub.database) == []


async def test_a_scan_refused_at_two_hubs_in_the_same_instant_gets_one_answer(two_hubs, world):
    operator = two_hubs[0].services.sessions.read(await world.staff())
    for n in range(20):
        scan_id = uuid4()
        pair = await asyncio.gather(*(
            hub.app[keys.ENTRY_SCANS].submit(
                ScanRequest(world.org_id, world.venue_id, operator.staff_id, operator.name, "validate", f"DT-{n}", scan_id)
            )
            for hub in two_hubs
        ))  # fmt: skip
        assert pair[0].as_dict() == pair[1].as_dict()
    assert await count_scans(world.hub.database) == 20


async def test_an_entry_undone_by_two_managers_at_once_is_undone_once(two_hubs, world):
    slot_id = await world.slot(capacity=20)
    gate = await two_hubs[0].socket(await world.staff())
    managers = [await hub.socket(await world.staff("MANAGER")) for hub in two_hubs]
    for ticket in await world.fill(slot_id, 20):
        scan_id = str(uuid4())
        assert (await gate.verify(ticket.code, scan_id))["reason"] == "VERIFIED"
        pair = await asyncio.gather(*(m.command("undo", scan_id=scan_id, reason="wrong group") for m in managers))
        assert sorted(reply["success"] for reply in pair) == [False, True], pair
        assert [reply["error"]["code"] for reply in pair if not reply["success"]] == ["NOTHING_TO_UNDO"]
    assert await broken_invariants(world.hub.database) == []


async def test_a_reservation_cancelled_while_it_is_scanned_is_either_used_or_free(two_hubs, world):
    slot_id = await world.slot(capacity=60)
    gate = await two_hubs[0].socket(await world.staff())
    manager = await world.staff("MANAGER")
    used = 0
    for ticket in await world.fill(slot_id, 60):
        decision, (status, body) = await asyncio.gather(
            gate.verify(ticket.code), two_hubs[1].delete(f"/api/reservations/{ticket.reservation_id}", token=manager)
        )
        if decision["reason"] == "VERIFIED":
            assert (status, body["error"]["code"]) == (409, "TICKET_ALREADY_USED")
            used += 1
        else:
            assert (decision["reason"], status) == ("NO_RESERVATION", 200)
    assert await world.booked_count(slot_id) == used
    assert await broken_invariants(world.hub.database) == []
