"""The last place: never sold twice and never left empty, whoever asks at the same time."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial

import pytest

from tests.support.blocked_inserts import standstill
from tests.support.bookings import book, outcome
from tests.support.concurrency import crowd
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.repetitions import repetitions
from tests.support.reservations import read_reservations
from tests.support.world import World, many_slots

PLACES = " AND w.place <= h.total_capacity - h.booked_count - h.held_count"
# Remove the lock, and add a pause between counting the places and taking them, as on a busy server.
NO_SLOT_LOCK = (
    ("     ORDER BY s.id\n       FOR NO KEY UPDATE OF s\n", "     ORDER BY s.id\n"),
    (PLACES, f"{PLACES} AND (SELECT pg_sleep(0.02) IS NOT NULL FROM (SELECT count(*) FROM held) AS counted)"),
)
NO_PLACES_CHECK = ((PLACES, ""),)
SOLD_TWICE = ("no slot is overbooked", "booked counts equal the reservations", "['booked', 'booked']")


async def two_clients_for_each_last_seat(hubs: list[Hub], world: World, repeats: int) -> list[str]:
    """Let two clients at two hubs ask for the one place of a slot, `repeats` times. Return the broken promises."""
    slots = await many_slots(world, repeats, capacity=1)
    tickets = await world.tickets(2 * repeats)
    broken = []

    async def one_round(n: int) -> None:
        pair = [book(hub, tickets[2 * n + i], slots[n]) for i, hub in enumerate(hubs)]
        answers = await asyncio.gather(*pair)
        if sorted(map(outcome, answers)) != ["409 SLOT_FULL", "booked"]:
            broken.append(f"slot {slots[n]}: {[outcome(answer) for answer in answers]}")
        for _, body in answers:
            if not body["success"] and not body["error"].get("alternative_slots"):
                broken.append(f"slot {slots[n]}: no alternatives in {body['error']}")

    await crowd([partial(one_round, n) for n in range(repeats)], clients=20)
    return broken + await broken_invariants(world.hub.database)


async def test_two_clients_for_the_last_seat_a_thousand_times_and_each_time_one_gets_it(two_hubs, world):
    assert await two_clients_for_each_last_seat(two_hubs, world, repetitions(full=1000, short=80)) == []


@pytest.mark.parametrize("missing", [NO_SLOT_LOCK, NO_PLACES_CHECK], ids=["no slot lock", "no places check"])
async def test_without_the_mechanism_the_last_seat_is_sold_twice(two_hubs, world, monkeypatch, missing):
    sabotage(monkeypatch, "booking/reservations", "take_places", *missing)
    await without_last_line(world, "reservation_slots_never_overbooked")
    broken = await two_clients_for_each_last_seat(two_hubs, world, 60)
    assert any(sign in line for line in broken for sign in SOLD_TWICE), broken


async def test_the_added_pause_alone_sells_nothing_twice(two_hubs, world, monkeypatch):
    """Control of the control: with the lock, the pause between counting and taking does no harm."""
    sabotage(monkeypatch, "booking/reservations", "take_places", NO_SLOT_LOCK[1])
    assert await two_clients_for_each_last_seat(two_hubs, world, 60) == []


async def test_without_the_count_in_the_statement_the_check_refuses_and_the_loser_gets_slot_full(
    two_hubs, world, monkeypatch, caplog
):
    sabotage(monkeypatch, "booking/reservations", "take_places", *NO_PLACES_CHECK)
    assert await two_clients_for_each_last_seat(two_hubs, world, 60) == []
    assert any(record.getMessage() == "booking.refused_by_table" for record in caplog.records)


async def on_sale(hubs: list[Hub], world: World, *, places: int, tickets: int, clients: int) -> list[str]:
    """Ask for more tickets than places at once. Return the broken promises."""
    slot_id = await world.slot(capacity=places)
    await world.slot(start="15:00", end="16:00", capacity=100_000)
    wanted = await world.tickets(tickets)
    jobs = [partial(book, hubs[n % len(hubs)], ticket, slot_id) for n, ticket in enumerate(wanted)]
    answers = await crowd(jobs, clients)
    seen = Counter(map(outcome, answers))
    broken = [] if seen == {"booked": places, "409 SLOT_FULL": tickets - places} else [f"the answers: {dict(seen)}"]
    without = [body for status, body in answers if status == 409 and not body["error"].get("alternative_slots")]
    if without:
        broken.append(f"{len(without)} without alternatives, such as {without[0]}")
    stored = set(await _stored(world, slot_id))
    received = {body["data"]["reservation_id"] for status, body in answers if status == 200}
    if stored != received:
        broken.append(f"{len(received - stored)} bookings lost, {len(stored - received)} nobody was told of")
    return broken + await broken_invariants(world.hub.database)


async def _stored(world: World, slot_id: int) -> list[int]:
    rows = await read_reservations(world.hub.database, "id", slot_id=slot_id)
    return [row["id"] for row in rows]


async def test_two_thousand_tickets_for_two_hundred_places_sell_exactly_two_hundred(two_hubs, world):
    assert await on_sale(two_hubs, world, places=200, tickets=2000, clients=200) == []


def note_asked(hub: Hub, asked: list[asyncio.Future], monkeypatch) -> None:
    admission = hub.services.seat_admission
    ask = admission.ask

    def noted(request):
        asked.append(ask(request))
        return asked[-1]

    monkeypatch.setattr(admission, "ask", noted)


async def test_without_any_count_of_the_places_the_crowd_overbooks(two_hubs, world, monkeypatch):
    sabotage(monkeypatch, "booking/reservations", "take_places", *NO_PLACES_CHECK)
    await without_last_line(world, "reservation_slots_never_overbooked")
    asked: list[asyncio.Future] = []
    for hub in two_hubs:
        note_asked(hub, asked, monkeypatch)
    async with standstill(world.hub.settings.database_url) as still:
        await still.at("ticket_reservations")
        selling = asyncio.create_task(on_sale(two_hubs, world, places=20, tickets=200, clients=100))
        # Admission has no state yet, so a hundred clients pass it before the first of them is written.
        async with asyncio.timeout(60):
            while len(asked) < 100 or not all(one.done() for one in asked):
                await asyncio.sleep(0.01)
        await still.go()
        broken = await selling
    assert any("no slot is overbooked" in line for line in broken), broken


async def test_clients_that_vanish_leave_no_place_unsold(two_hubs, world):
    """A fifth of the clients hang up a few milliseconds after asking. Their booking is completed, or not begun."""
    slot_id = await world.slot(capacity=60)
    tickets = await world.tickets(240)

    async def customer(n: int) -> str:
        patience = 0.002 * (n % 7) if n % 5 == 0 else 30
        try:
            return outcome(await asyncio.wait_for(book(two_hubs[n % 2], tickets[n], slot_id), patience))
        except TimeoutError:
            return "gone"

    early = await crowd([partial(customer, n) for n in range(100)], clients=40)
    assert early.count("gone") >= 5, "nobody vanished"
    later = await crowd([partial(customer, n) for n in range(100, 240)], clients=40)
    assert set(early + later) <= {"booked", "409 SLOT_FULL", "gone"}
    await asyncio.sleep(0.2)
    again = await crowd([partial(book, two_hubs[0], ticket, slot_id) for ticket in tickets[101:140]], clients=20)
    assert {status for status, _ in again} == {409}
    assert await world.booked_count(slot_id) == 60
    assert await broken_invariants(world.hub.database) == []
