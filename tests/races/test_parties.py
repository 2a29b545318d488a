"""Parties against each other and against single bookings: a party gets all its places or none, and none is sold twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from typing import Any

from hub.actions.reporting.reconcile import resync_seat_admission
from tests.support.bookings import book, outcome
from tests.support.concurrency import crowd
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.mail_outbox import count_outbox
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.reservations import count_reservations, read_reservations
from tests.support.tickets import cancel_ticket
from tests.support.world import Ticket, World, many_slots

NO_WHOLE_PARTY = ("w.together = w.size AND w.place <=", "row_number <=")
SINGLE_FILE = ("sum(places) OVER (PARTITION BY org_id, slot_id ORDER BY n) AS place,",
               "row_number() OVER (PARTITION BY org_id, slot_id ORDER BY n, i) AS row_number,")  # fmt: skip


async def book_party(hub: Hub, tickets: list[Ticket], slot_id: int, **headers: str) -> tuple[int, Any]:
    body = {
        "ticket_codes": [ticket.code for ticket in tickets],
        "slot_id": slot_id,
        "customer_email": "john@example.com",
        "customer_phone": "+12025551234",
    }
    return await hub.post("/api/reservations", body, **headers)


async def torn_parties(world: World) -> list[str]:
    """Return the parties, by their links, of which only some tickets are booked."""
    parties: dict[bytes, list[int]] = {}
    for row in await read_reservations(world.hub.database, "manage_token_hash", "slot_id", "status"):
        if row["status"] != "CANCELLED":
            parties.setdefault(row["manage_token_hash"], []).append(row["slot_id"])
    return [
        f"a party of {len(slots)} in {len(set(slots))} slots"
        for slots in parties.values()
        if len(set(slots)) > 1 or len(slots) not in (1, 5)
    ]


async def five_for_four_places(hubs: list[Hub], world: World, repetitions: int) -> list[str]:
    """Book a party of five into a slot that has four places by the time of the write. Return the broken promises."""
    broken = []
    for slot_id in await many_slots(world, repetitions, capacity=5):
        single, *family = await world.tickets(6)
        # The single booking takes one of the five places after the party was read and before it is written.
        answers = await asyncio.gather(book(hubs[0], single, slot_id), book_party(hubs[1], family, slot_id))
        seen = tuple(map(outcome, answers))
        if seen not in (("booked", "409 SLOT_FULL"), ("409 SLOT_FULL", "booked")):
            broken.append(f"slot {slot_id}: {seen}")
        if await world.booked_count(slot_id) not in (1, 5):
            broken.append(f"slot {slot_id}: {await world.booked_count(slot_id)} places taken")
    return broken + await torn_parties(world) + await broken_invariants(world.hub.database)


async def test_a_family_of_five_and_one_more_for_five_places_never_split(two_hubs, world):
    assert await five_for_four_places(two_hubs, world, 60) == []


async def test_a_party_of_five_for_four_places_takes_none_even_without_the_check_before(two_hubs, world, monkeypatch):
    """The check before the write is switched off, so only the statement keeps five out of four places."""
    monkeypatch.setattr("hub.actions.booking.booking_facts.refuse_slot", lambda slot, now, places: None)
    slot_id = await world.slot(capacity=4)
    assert outcome(await book_party(two_hubs[0], await world.tickets(5), slot_id)) == "429 BUSY"
    assert await world.booked_count(slot_id) == 0
    assert await count_outbox(world.hub.database) == 0


async def test_if_the_statement_counts_each_alone_the_party_takes_four_of_five(two_hubs, world, monkeypatch):
    monkeypatch.setattr("hub.actions.booking.booking_facts.refuse_slot", lambda slot, now, places: None)
    sabotage(monkeypatch, "booking/reservations", "take_places", SINGLE_FILE, NO_WHOLE_PARTY)
    slot_id = await world.slot(capacity=4)
    await book_party(two_hubs[0], await world.tickets(5), slot_id)
    assert await world.booked_count(slot_id) == 4


async def a_changed_member(world: World, hub: Hub, monkeypatch: Any) -> tuple[int, Any]:
    """Write an entry of one ticket after its party was read, as another process would."""
    slot_id, tickets = await world.slot(capacity=9), await world.tickets(5)
    from hub.actions.booking import booking_facts

    read = booking_facts.decide_bookings
    once = iter([True])

    async def read_and_change(*args: Any) -> None:
        await read(*args)
        if next(once, False):
            await cancel_ticket(world.hub.database, tickets[3].id)

    monkeypatch.setattr("hub.actions.booking.reserve.decide_bookings", read_and_change)
    return slot_id, await book_party(hub, tickets, slot_id)


async def test_a_member_that_changes_meanwhile_stops_the_whole_party(two_hubs, world, monkeypatch):
    slot_id, answer = await a_changed_member(world, two_hubs[0], monkeypatch)
    assert outcome(answer) == "409 TICKET_CANCELLED"
    assert await world.booked_count(slot_id) == 0
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_check_that_all_are_there_the_others_get_in_without_it(two_hubs, world, monkeypatch):
    sabotage(monkeypatch, "booking/reservations", "take_places", ("w.together = w.size AND", ""))
    _, answer = await a_changed_member(world, two_hubs[0], monkeypatch)
    # The reply of a torn party cannot be written.
    assert answer[0] == 500
    assert await count_reservations(world.hub.database) == 4


async def storm_of_parties(hubs: list[Hub], world: World, *, places: int) -> tuple[Counter[str], list[str]]:
    """Book more parties of five and single tickets than there are places.

    Return the outcomes and the broken promises.
    """
    slot_id = await world.slot(capacity=places)
    await world.slot(start="15:00", end="16:00", capacity=100_000)
    families = [await world.tickets(5) for _ in range(places // 5)]
    singles = await world.tickets(places)
    jobs: list[Any] = []
    for n, ticket in enumerate(singles):
        jobs.append(partial(book, hubs[n % 2], ticket, slot_id))
        if n % 5 == 0:
            jobs.append(partial(book_party, hubs[n // 5 % 2], families[n // 5], slot_id))
    answers = await crowd(jobs, clients=60)
    seen = Counter(map(outcome, answers))
    broken = [f"an answer of {word}" for word in seen if word not in ("booked", "409 SLOT_FULL")]
    if await world.booked_count(slot_id) != places:
        broken.append(f"{await world.booked_count(slot_id)} of {places} places taken though singles asked for all")
    without = [body for status, body in answers if status == 409 and not body["error"].get("alternative_slots")]
    if without:
        broken.append(f"{len(without)} without alternatives")
    return seen, broken + await torn_parties(world) + await broken_invariants(world.hub.database)


async def test_parties_and_singles_in_a_crowd_fill_the_slot_exactly_and_nobody_is_torn(two_hubs, world, postgres_log):
    seen, broken = await storm_of_parties(two_hubs, world, places=200)
    assert broken == [], seen
    assert postgres_log.deadlocks() == []
    await _admission_received(two_hubs)
    assert await resync_seat_admission(world.hub.services, fix=False) == []


async def test_if_a_party_counts_as_one_the_crowd_overbooks(two_hubs, world, monkeypatch):
    sabotage(
        monkeypatch, "booking/reservations", "take_places",
        ("sum(places) OVER (PARTITION BY org_id, slot_id ORDER BY n) AS place,",
         "dense_rank() OVER (PARTITION BY org_id, slot_id ORDER BY n) AS place,"),
    )  # fmt: skip
    monkeypatch.setattr(
        "hub.actions.booking.booking_facts.refuse_slot",
        lambda slot, now, places: None if slot.free > 0 else "SLOT_FULL",
    )
    await without_last_line(world, "reservation_slots_never_overbooked")
    slot_id = await world.slot(capacity=4)
    await book_party(two_hubs[0], await world.tickets(5), slot_id)
    broken = await broken_invariants(world.hub.database)
    assert any("no slot is overbooked" in line for line in broken), broken


async def test_two_parties_that_share_a_ticket_never_both_get_in(two_hubs, world):
    for slot_id in await many_slots(world, 30, capacity=20):
        tickets = await world.tickets(9)
        # The shared ticket is first in one party and last in the other. Locks in the order of the request would cross.
        pair = (tickets[:5], [*tickets[5:], tickets[0]])
        seen = sorted(map(outcome, await asyncio.gather(*(book_party(two_hubs[n], pair[n], slot_id) for n in (0, 1)))))
        assert seen == ["409 TICKET_ALREADY_RESERVED", "booked"]
    same_hub = await asyncio.gather(
        *(book_party(two_hubs[0], party, slot_id) for party in _overlapping(await world.tickets(7)))
    )
    assert sum(status == 200 for status, _ in same_hub) == 1
    assert await torn_parties(world) == []
    assert await broken_invariants(world.hub.database) == []


def _overlapping(tickets: list[Ticket]) -> list[list[Ticket]]:
    return [tickets[:5], tickets[1:6], tickets[2:7]]


async def test_a_double_tap_of_a_party_books_it_once_at_two_hubs(two_hubs, world):
    slot_id, family = await world.slot(capacity=5), await world.tickets(5)
    key = {"Idempotency_Key": "one-wish"}
    answers = await asyncio.gather(*(book_party(two_hubs[n % 2], family, slot_id, **key) for n in range(20)))
    assert {status for status, _ in answers} == {200}
    assert len({body["data"]["token"] for _, body in answers}) == 1
    assert await world.booked_count(slot_id) == 5
    assert await broken_invariants(world.hub.database) == []


async def _admission_received(hubs: list[Hub]) -> None:
    for _ in range(100):
        if not any(hub.services.seat_admission.unsettled for hub in hubs):
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.05)
