"""Moves against moves, cancellations, scans and bookings: one of them happens, counts equal rows, no deadlock."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from db.statements import load
from tests.support.bookings import book, outcome
from tests.support.concurrency import crowd
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.mail_outbox import count_outbox
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.repetitions import repetitions
from tests.support.reservations import count_reservations
from tests.support.tickets import read_ticket
from tests.support.world import TODAY, Ticket, World, many_slots

NO_SLOT_LOCK = ("     ORDER BY s.id\n       FOR NO KEY UPDATE OF s\n), going", "     ORDER BY s.id\n), going")
ROOM = "       AND (SELECT sum(places) FROM leaving) <= h.total_capacity - h.booked_count - h.held_count\n"
# Add only a pause between counting the places and taking them, as on a busy server.
SLOWLY = (ROOM, f"{ROOM}       AND (SELECT pg_sleep(0.05) IS NOT NULL FROM (SELECT count(*) FROM held) AS counted)\n")
NO_TICKET_GUARD = ("     WHERE t.version = a.version AND t.verified_at IS NULL\n", "")
NO_RESERVATION_GUARD = (" AND r.status = 'RESERVED' AND r.slot_id <> $5", " AND r.slot_id <> $5")


async def move(hub: Hub, ticket: Ticket, slot_id: int, token: str, **body: Any) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/api/reservations/{ticket.reservation_id}"
    async with hub.client.put(path, json={"slot_id": slot_id, **body}, headers=headers) as response:
        return response.status, await response.json()


async def two_movers_to_each_last_place(hubs: list[Hub], world: World, repeats: int) -> list[str]:
    """Move two reservations to the one free place of a slot at the same moment. Return the broken promises."""
    home = await world.slot(TODAY + timedelta(days=30), capacity=2 * repeats)
    movers, manager = await world.fill(home, 2 * repeats), await world.staff("MANAGER")
    broken = []
    for n, target in enumerate(await many_slots(world, repeats, capacity=1)):
        pair = movers[2 * n : 2 * n + 2]
        answers = await asyncio.gather(*(move(hub, one, target, manager) for hub, one in zip(hubs, pair, strict=True)))
        if sorted(map(outcome, answers)) != ["409 SLOT_FULL", "booked"]:
            broken.append(f"slot {target}: {[outcome(answer) for answer in answers]}")
        broken += [
            f"slot {target}: no alternatives"
            for status, body in answers
            if status == 409 and not body["error"].get("alternative_slots")
        ]
    if await world.booked_count(home) != repeats:
        broken.append(f"{await world.booked_count(home)} are still at home, not {repeats}")
    return broken + await broken_invariants(world.hub.database)


async def test_two_movers_to_the_last_place_and_each_time_one_gets_it(two_hubs, world):
    assert await two_movers_to_each_last_place(two_hubs, world, repetitions(full=60, short=20)) == []


@pytest.mark.parametrize("missing", [(NO_SLOT_LOCK, SLOWLY), ((ROOM, ""),)], ids=["no slot lock", "no count of places"])
async def test_without_the_mechanism_two_move_to_the_last_place(two_hubs, world, monkeypatch, missing):
    sabotage(monkeypatch, "booking/changes", "move_places", *missing)
    if missing == ((ROOM, ""),):
        monkeypatch.setattr("hub.actions.booking.move.refuse_slot", lambda slot, now, places: None)
    await without_last_line(world, "reservation_slots_never_overbooked")
    broken = await two_movers_to_each_last_place(two_hubs, world, 8)
    assert any("['booked', 'booked']" in line for line in broken), broken


async def test_the_added_pause_alone_moves_nobody_twice(two_hubs, world, monkeypatch):
    """Control of the control: with the lock, the pause between counting and taking does no harm."""
    sabotage(monkeypatch, "booking/changes", "move_places", SLOWLY)
    assert await two_movers_to_each_last_place(two_hubs, world, 8) == []


async def test_where_the_statement_does_not_count_the_table_does(two_hubs, world, monkeypatch):
    sabotage(monkeypatch, "booking/changes", "move_places", (ROOM, ""))
    assert await two_movers_to_each_last_place(two_hubs, world, 20) == []


async def test_movers_and_bookers_for_the_same_last_places_fill_them_exactly(two_hubs, world):
    home, target = (
        await world.slot(TODAY + timedelta(days=30), capacity=60),
        await world.slot(TODAY + timedelta(days=31), capacity=40),
    )
    movers, tickets, manager = await world.fill(home, 60), await world.tickets(60), await world.staff("MANAGER")
    jobs: list[Any] = []
    for n in range(60):
        jobs += [
            partial(move, two_hubs[n % 2], movers[n], target, manager),
            partial(book, two_hubs[n % 2], tickets[n], target),
        ]
    seen = Counter(map(outcome, await crowd(jobs, clients=30)))
    assert set(seen) <= {"booked", "409 SLOT_FULL"}, seen
    assert seen["booked"] == 40
    assert await world.booked_count(target) == 40
    assert await broken_invariants(world.hub.database) == []


async def moved_cancelled_and_scanned_at_once(
    hubs: list[Hub], world: World, repeats: int
) -> tuple[Counter[str], list[str]]:
    """Move a reservation at one hub, cancel it at the other and scan it at the gate, all at once."""
    home, target = await world.slot(capacity=repeats), await world.slot(start="13:00", end="15:00", capacity=repeats)
    manager, gate = await world.staff("MANAGER"), await hubs[0].socket(await world.staff())
    seen: Counter[str] = Counter()
    broken = []
    for ticket in await world.fill(home, repeats):
        moved, cancelled, scanned = await asyncio.gather(
            move(hubs[0], ticket, target, manager),
            hubs[1].delete(f"/api/reservations/{ticket.reservation_id}", token=manager),
            gate.verify(ticket.code),
        )
        words = (outcome(moved), outcome(cancelled), scanned["reason"])
        seen.update(words)
        entered = scanned["reason"] == "VERIFIED"
        # A ticket is used or cancelled, never both. If it is neither moved nor cancelled, it was used.
        if entered is (cancelled[0] == 200):
            broken.append(f"{ticket.code}: {words}")
        if moved[0] == 409 and moved[1]["error"]["code"] not in ("TICKET_ALREADY_USED", "TICKET_CANCELLED"):
            broken.append(f"{ticket.code}: {words}")
    await gate.close()
    standing = await count_reservations(world.hub.database, status="CANCELLED")
    if await world.booked_count(home) + await world.booked_count(target) != repeats - standing:
        broken.append("places were lost or doubled on the way")
    return seen, broken + await broken_invariants(world.hub.database)


async def test_a_move_against_a_cancellation_against_a_scan_of_the_same_ticket(two_hubs, world, postgres_log):
    seen, broken = await moved_cancelled_and_scanned_at_once(two_hubs, world, repetitions(full=80, short=25))
    assert broken == [], seen
    assert postgres_log.deadlocks() == []


async def move_what_was_just_used(world: World, sql: str) -> list[str]:
    """Move a reservation by facts from before its entry. Return the broken promises."""
    home, target = await world.slot(capacity=5), await world.slot(start="13:00", end="15:00", capacity=5)
    (ticket,) = await world.fill(home, 1)
    version = (await read_ticket(world.hub.database, id=ticket.id))["version"]
    gate = await world.hub.socket(await world.staff())
    assert (await gate.verify(ticket.code))["reason"] == "VERIFIED"
    await gate.close()
    await world.hub.database.fetch(
        sql,
        world.org_id,
        [ticket.id],
        [version],
        [ticket.reservation_id],
        target,
        world.hub.clock.now(),
        "token",
        None,
        "{}",
    )
    return await broken_invariants(world.hub.database)


async def test_a_move_by_old_facts_does_nothing(world):
    assert await move_what_was_just_used(world, load("booking/changes").move_places) == []


async def test_without_its_checks_a_move_by_old_facts_takes_a_used_place_along(world):
    sql = load("booking/changes").move_places
    for old, new in (NO_TICKET_GUARD, NO_RESERVATION_GUARD):
        assert sql.count(old) == 1
        sql = sql.replace(old, new)
    await without_last_line(world, "reservation_slots_verified_within_booked")
    broken = await move_what_was_just_used(world, sql)
    assert any("verified counts" in line for line in broken), broken


async def twenty_times_the_same_move(hubs: list[Hub], world: World) -> list[str]:
    home, target = await world.slot(TODAY + timedelta(days=3)), await world.slot(TODAY + timedelta(days=4))
    (ticket,), manager = await world.fill(home, 1), await world.staff("MANAGER")
    answers = await asyncio.gather(*(move(hubs[n % 2], ticket, target, manager) for n in range(20)))
    broken = [f"the answers: {Counter(map(outcome, answers))}"] if {status for status, _ in answers} != {200} else []
    if (await world.booked_count(home), await world.booked_count(target)) != (0, 1):
        broken.append("the counts are wrong")
    mails = await count_outbox(world.hub.database, kind="reservation.moved")
    if mails != 1:
        broken.append(f"{mails} mails of one move")
    return broken + await broken_invariants(world.hub.database)


async def test_a_put_sent_twenty_times_at_once_moves_once_and_writes_once(two_hubs, world):
    assert await twenty_times_the_same_move(two_hubs, world) == []


async def test_without_a_check_of_the_tickets_slot_every_put_writes_again(two_hubs, world, monkeypatch):
    sabotage(
        monkeypatch, "booking/changes", "move_places",
        ("     WHERE t.version = a.version AND t.verified_at IS NULL\n", ""), (" AND r.slot_id <> $5", ""),
    )  # fmt: skip
    await without_last_line(world, "reservation_slots_never_overbooked")
    home, target = await world.slot(TODAY + timedelta(days=3)), await world.slot(TODAY + timedelta(days=4))
    (ticket,) = await world.fill(home, 1)
    now = world.hub.clock.now()
    for _ in range(2):
        await world.hub.database.fetch(
            load("booking/changes").move_places,
            world.org_id,
            [ticket.id],
            [1],
            [ticket.reservation_id],
            target,
            now,
            "t",
            None,
            "{}",
        )
    assert await count_outbox(world.hub.database, kind="reservation.moved") == 2


async def test_parties_that_swap_slots_do_not_deadlock(two_hubs, world, postgres_log):
    """Parties move from A to B and from B to A repeatedly. The slots are always locked in the same order."""
    here, there = (
        await world.slot(TODAY + timedelta(days=3), capacity=40),
        await world.slot(TODAY + timedelta(days=4), capacity=40),
    )
    one, other = await world.fill(here, 10), await world.fill(there, 10)
    manager = await world.staff("MANAGER")
    for _ in range(6):
        jobs = [partial(move, two_hubs[n % 2], ticket, there, manager) for n, ticket in enumerate(one)]
        jobs += [partial(move, two_hubs[n % 2], ticket, here, manager) for n, ticket in enumerate(other)]
        assert {status for status, _ in await crowd(jobs, clients=20)} == {200}
        here, there = there, here
    assert postgres_log.deadlocks() == []
    assert await broken_invariants(world.hub.database) == []
