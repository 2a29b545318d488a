"""One ticket, one place: however often and wherever it is booked at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from itertools import count

import pytest

from hub.actions.booking import reserve as reserve_ticket
from hub.rules.reasons import Reason
from tests.support.bookings import book, outcome
from tests.support.concurrency import crowd
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.repetitions import repetitions
from tests.support.world import World, many_slots
from web.statuses import STATUS

NO_TICKET_GUARD = (
    (
        "     WHERE t.version = a.version AND t.verified_at IS NULL\n"
        "       AND t.status = CASE WHEN a.confirm_hash IS NULL THEN 'ACTIVATED' ELSE 'INACTIVE' END\n"
    ),
    "",
)


async def fifty_creates_for_one_ticket(
    hubs: list[Hub], world: World, repeats: int, *, until_booked_twice: bool = False
) -> list[str]:
    """Book each ticket into fifty slots at once. Return the broken promises."""
    slots = await many_slots(world, 50, capacity=10 * repeats)
    tickets = await world.tickets(repeats)
    broken = []
    for ticket in tickets:
        jobs = [partial(book, hubs[n % 2], ticket, slot_id) for n, slot_id in enumerate(slots)]
        seen = Counter(map(outcome, await crowd(jobs, clients=50)))
        if seen != {"booked": 1, "409 TICKET_ALREADY_RESERVED": 49}:
            broken.append(f"ticket {ticket.id}: {dict(seen)}")
        if until_booked_twice and seen["booked"] > 1:
            break
    return broken + await broken_invariants(world.hub.database)


async def test_one_ticket_by_fifty_parallel_creates_is_booked_once(two_hubs, world):
    assert await fifty_creates_for_one_ticket(two_hubs, world, repetitions(full=20, short=3)) == []


async def test_without_the_version_check_one_ticket_is_booked_twice(open_hub, monkeypatch):
    # The batcher keeps one hub's requests for one ticket apart. With a key of their own they share a batch.
    names = count()
    monkeypatch.setattr(reserve_ticket, "_same_ticket", lambda asked: next(names))
    sabotage(monkeypatch, "booking/reservations", "take_places", NO_TICKET_GUARD)
    hubs = [await open_hub(), await open_hub()]
    world = await World(hubs[0]).found()
    await without_last_line(world, "ticket_reservations_one_active")
    # On a busy machine the requests for one ticket may come one after the other.
    broken = await fifty_creates_for_one_ticket(hubs, world, 20, until_booked_twice=True)
    assert any("at most one active reservation" in line for line in broken), broken


async def test_the_index_keeps_a_ticket_to_one_reservation_where_the_statement_does_not_look(
    two_hubs, world, monkeypatch
):
    sabotage(monkeypatch, "booking/reservations", "take_places", NO_TICKET_GUARD)
    assert await fifty_creates_for_one_ticket(two_hubs, world, 3) == []


async def twenty_with_one_key(hubs: list[Hub], world: World) -> list[str]:
    """Send the same request with the same key twenty times at once and then twenty times in a row.

    Return the broken promises.
    """
    slot_id = await world.slot(capacity=100)
    ticket = await world.ticket()
    key = {"Idempotency_Key": f"key-of-{ticket.id}"}
    at_once = await asyncio.gather(*(book(hubs[n % 2], ticket, slot_id, **key) for n in range(20)))
    in_a_row = [await book(hubs[n % 2], ticket, slot_id, **key) for n in range(20)]
    broken = []
    answers = [_without_host(answer) for answer in [*at_once, *in_a_row]]
    if any(answer != answers[0] for answer in answers) or answers[0][0] != 200:
        broken.append(f"the answers differ: {Counter(map(outcome, [*at_once, *in_a_row]))}")
    if await world.booked_count(slot_id) != 1:
        broken.append(f"{await world.booked_count(slot_id)} places taken")
    return broken + await broken_invariants(world.hub.database)


def _without_host(answer):
    """Remove the host from the manage link.

    The two hubs here have an address each; behind a balancer they share one.
    """
    status, body = answer
    data = body.get("data")
    return status, {**data, "manage_url": data["manage_url"].rpartition("/")[2]} if data else body


async def test_one_key_sent_forty_times_books_once_and_answers_the_same_every_time(two_hubs, world):
    assert await twenty_with_one_key(two_hubs, world) == []


async def test_a_key_that_is_not_looked_up_gets_a_second_answer(two_hubs, world, monkeypatch):
    sabotage(monkeypatch, "booking/reservations", "read_asked", ("k.key_hash = a.key_hash AND", "false AND"))
    assert await twenty_with_one_key(two_hubs, world) != []


@pytest.mark.parametrize("other", ["another ticket", "another slot"])
async def test_a_key_with_another_body_is_refused_and_books_nothing(two_hubs, world, other):
    slot_id, other_slot = await world.slot(), await world.slot(start="15:00", end="16:00")
    ticket, other_ticket = await world.tickets(2)
    key = {"Idempotency_Key": "used-before"}
    assert outcome(await book(two_hubs[0], ticket, slot_id, **key)) == "booked"
    again = (other_ticket, slot_id) if other == "another ticket" else (ticket, other_slot)
    assert STATUS[Reason.IDEMPOTENCY_KEY_REUSED] == 422
    for hub in two_hubs:
        assert outcome(await book(hub, *again, **key)) == "422 IDEMPOTENCY_KEY_REUSED"
    assert (await world.booked_count(slot_id), await world.booked_count(other_slot)) == (1, 0)


async def test_one_key_for_two_tickets_at_once_books_one_of_them(two_hubs, world):
    slots, tickets = await many_slots(world, 20, capacity=5), await world.tickets(40)
    for n, slot_id in enumerate(slots):
        key = {"Idempotency_Key": f"shared-{n}"}
        pair = await asyncio.gather(*(book(hub, tickets[2 * n + i], slot_id, **key) for i, hub in enumerate(two_hubs)))
        assert sorted(map(outcome, pair)) == ["422 IDEMPOTENCY_KEY_REUSED", "booked"]
    assert await broken_invariants(world.hub.database) == []


async def test_a_repeat_gets_its_first_answer_even_when_the_slot_is_full_by_now(two_hubs, world):
    slot_id = await world.slot(capacity=1)
    ticket, late = await world.tickets(2)
    key = {"Idempotency_Key": "the-last-seat"}
    first = await book(two_hubs[0], ticket, slot_id, **key)
    for _ in range(10):
        assert outcome(await book(two_hubs[0], late, slot_id)) == "409 SLOT_FULL"
    for hub in two_hubs:
        assert _without_host(await book(hub, ticket, slot_id, **key)) == _without_host(first)
