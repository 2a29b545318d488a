"""Confirmations of bookings: seats are never given twice, a party is never split, and a link confirms once, whoever races."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import asyncpg
import pytest

from hub.actions.booking import confirmation_facts, reserve
from hub.actions.shows.expire_bookings import BOOKINGS
from hub.clock import Clock
from tests.support.concurrency import crowd
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.mail_outbox import count_outbox
from tests.support.negative_controls import drop_constraint, sabotage, without_last_line
from tests.support.repetitions import repetitions
from tests.support.reservations import count_reservations
from tests.support.shows import (
    Booking,
    add_bookings,
    add_performances,
    add_stage,
    count_bookings,
    read_booking_rows,
)
from tests.support.slots import read_slot, revise_slot
from tests.support.still_outbox import send_nothing
from tests.support.world import NOON, World

PLACES = " AND w.place <= h.total_capacity - h.booked_count - h.held_count"
# As in test_last_seat: without the lock, and with a pause between counting the places and taking them.
NO_SLOT_LOCK = (
    ("     ORDER BY s.id\n       FOR NO KEY UPDATE OF s\n", "     ORDER BY s.id\n"),
    (PLACES, f"{PLACES} AND (SELECT pg_sleep(0.02) IS NOT NULL FROM (SELECT count(*) FROM held) AS counted)"),
)
NO_PLACES_CHECK = ((PLACES, ""),)
A_PARTY_IS_ONE = (("sum(places) OVER (PARTITION BY org_id, slot_id ORDER BY n) AS place,",
                   "count(*) OVER (PARTITION BY org_id, slot_id ORDER BY n) AS place,"),)  # fmt: skip
NO_TICKET_GUARD = (
    (
        "     WHERE t.version = a.version AND t.verified_at IS NULL\n"
        "       AND t.status = CASE WHEN a.confirm_hash IS NULL THEN 'ACTIVATED' ELSE 'INACTIVE' END\n"
    ),
    "",
)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    send_nothing(monkeypatch)


async def confirm(hub: Hub, booking: Booking, **more: Any) -> tuple[int, Any]:
    return await hub.post("/api/bookings/confirm", {"token": booking.confirm_token, **more})


def outcome(answer: tuple[int, Any]) -> str:
    status, body = answer
    return "confirmed" if status == 200 else f"{status} {body['error']['code']}"


async def parties_for_the_last_places(
    hubs: list[Hub], world: World, sizes: list[int], places: int, repeats: int
) -> list[str]:
    """Let parties of these sizes ask for the last places of a performance at once, `repeats` times. Return what is broken."""
    performances = await add_performances(world, repeats, places)
    parties = [[(await add_bookings(world, one, 1, size, "PENDING", email=f"{n}@example.com"))[0]
                for n, size in enumerate(sizes)] for one in performances]  # fmt: skip
    broken = []

    async def one_round(n: int) -> None:
        asked = list(enumerate(zip(parties[n], sizes, strict=True)))
        random.Random(n).shuffle(asked)
        answers = await asyncio.gather(*(confirm(hubs[i % len(hubs)], party) for i, (party, _) in asked))
        seen = [(outcome(answer), answer[1], size) for answer, (_, (_, size)) in zip(answers, asked, strict=True)]
        taken = sum(size for word, _, size in seen if word == "confirmed")
        if taken > places or taken != await world.booked_count(performances[n]):
            broken.append(f"round {n}: {taken} places confirmed of {places}")
        for word, body, size in seen:
            if word == "confirmed":
                continue
            if word != "409 NO_CAPACITY" or size <= places - taken or body["error"]["available_count"] >= size:
                broken.append(f"round {n}: a party of {size} was told {word}, {places - taken} left: {body}")

    await crowd([partial(one_round, n) for n in range(repeats)], clients=10)
    return broken + await broken_invariants(world.hub.database)


async def test_of_two_parties_of_three_for_the_last_four_places_one_gets_them(two_hubs, world):
    assert await parties_for_the_last_places(two_hubs, world, [3, 3], 4, repetitions(full=500, short=30)) == []


async def test_parties_of_any_size_fill_what_they_can_and_no_party_that_fits_is_refused(two_hubs, world):
    broken = await parties_for_the_last_places(two_hubs, world, [3, 1, 4, 2, 2], 5, repetitions(full=500, short=20))
    assert broken == []


@pytest.mark.parametrize(
    "missing",
    [NO_SLOT_LOCK, NO_PLACES_CHECK, A_PARTY_IS_ONE],
    ids=["no slot lock", "no places check", "a party is one"],
)
async def test_without_the_mechanism_the_places_are_given_twice(two_hubs, world, monkeypatch, missing):
    sabotage(monkeypatch, "booking/reservations", "take_places", *missing)
    await without_last_line(world, "reservation_slots_never_overbooked")
    broken = await parties_for_the_last_places(two_hubs, world, [3, 3], 4, 30)
    assert any("places confirmed of 4" in line for line in broken), broken


async def test_without_the_count_in_the_statement_the_check_of_the_table_refuses(two_hubs, world, monkeypatch, caplog):
    sabotage(monkeypatch, "booking/reservations", "take_places", *NO_PLACES_CHECK)
    assert await parties_for_the_last_places(two_hubs, world, [3, 3], 4, 30) == []
    assert any(record.getMessage() == "booking.refused_by_table" for record in caplog.records)


async def test_a_party_that_does_not_fit_does_not_stop_a_smaller_one_behind_it(two_hubs, world):
    """Twenty parties of three and a couple at the end ask for 32 places: ten of three have theirs, and the couple."""
    stage = await add_stage(world, capacity=32)
    large = await add_bookings(world, stage.performance_id, 20, 3, "PENDING", email="{}@example.com")
    (couple,) = await add_bookings(world, stage.performance_id, 1, 2, "PENDING", email="couple@example.com")
    answers = await asyncio.gather(*(confirm(two_hubs[0], party) for party in [*large, couple]))
    assert Counter(map(outcome, answers)) == {"confirmed": 11, "409 NO_CAPACITY": 10}
    assert outcome(answers[-1]) == "confirmed"
    assert await world.booked_count(stage.performance_id) == 32
    assert await broken_invariants(world.hub.database) == []


async def test_a_thousand_links_at_once_give_a_hundred_places(two_hubs, world, postgres_log):
    stage = await add_stage(world, capacity=100, largest_party=10)
    waiting: list[tuple[Booking, int]] = []
    for size in (1, 2, 3, 4):
        made = await add_bookings(world, stage.performance_id, 250, size, "PENDING", email=f"{size}-{{}}@example.com")
        waiting += [(one, size) for one in made]
    random.Random(1).shuffle(waiting)
    answers = await crowd([partial(confirm, two_hubs[n % 2], one) for n, (one, _) in enumerate(waiting)], clients=200)
    seen = Counter(map(outcome, answers))
    assert set(seen) == {"confirmed", "409 NO_CAPACITY"}, seen
    taken = sum(size for (_, size), answer in zip(waiting, answers, strict=True) if answer[0] == 200)
    assert taken == await world.booked_count(stage.performance_id) == 100
    assert await count_bookings(world.hub.database, status="CONFIRMED") == seen["confirmed"]
    assert await count_outbox(world.hub.database, kind="booking.confirmed") == seen["confirmed"]
    assert await broken_invariants(world.hub.database) == []
    assert postgres_log.deadlocks() == []


# ---- one link


async def a_link_on_two_devices(hubs: list[Hub], world: World, repeats: int) -> list[str]:
    """Open each link at two hubs at once, `repeats` times. Return what is broken."""
    stage = await add_stage(world, capacity=10 * repeats)
    links = await add_bookings(world, stage.performance_id, repeats, 2, "PENDING", email="{}@example.com")
    broken = []
    for link in links:
        seen = Counter(map(outcome, await asyncio.gather(*(confirm(hub, link) for hub in hubs * 3))))
        if seen != {"confirmed": 1, "409 CONFIRMATION_USED": 5}:
            broken.append(f"booking {link.id}: {dict(seen)}")
    if await world.booked_count(stage.performance_id) != 2 * repeats:
        broken.append(f"{await world.booked_count(stage.performance_id)} places for {repeats} parties of two")
    return broken + await broken_invariants(world.hub.database)


async def test_a_link_that_two_devices_open_at_once_confirms_once(two_hubs, world):
    assert await a_link_on_two_devices(two_hubs, world, repetitions(full=100, short=20)) == []


async def test_without_the_version_check_it_confirms_twice(two_hubs, world, monkeypatch):
    names = count()
    monkeypatch.setattr(reserve, "_same_ticket", lambda asked: next(names))
    sabotage(monkeypatch, "booking/reservations", "take_places", NO_TICKET_GUARD)
    await without_last_line(world, "ticket_reservations_one_active")
    await drop_constraint(world.hub.database, "manage_links", "manage_links_pkey")
    broken = await a_link_on_two_devices(two_hubs, world, 5)
    assert any("at most one active reservation" in line for line in broken), broken


async def test_the_last_places_are_not_said_to_be_gone_to_whoever_has_them(two_hubs, world):
    """The second device asks when the first has taken the last places: its booking is confirmed, not sold out."""
    for one in await add_performances(world, 20, 2):
        (link,) = await add_bookings(world, one, 1, 2, "PENDING")
        answers = await asyncio.gather(*(confirm(two_hubs[n % 2], link) for n in range(4)))
        later = await asyncio.gather(*(confirm(hub, link) for hub in two_hubs))
        assert Counter(map(outcome, answers)) == {"confirmed": 1, "409 CONFIRMATION_USED": 3}
        assert set(map(outcome, later)) == {"409 CONFIRMATION_USED"}


# ---- the performance changes between reading and taking


async def changed_after_reading(
    world: World, hub: Hub, monkeypatch: Any, **columns: Any
) -> tuple[int, tuple[int, Any]]:
    """Confirm a party of three for four places, and change the performance after its facts were read."""
    stage = await add_stage(world, capacity=4)
    (link,) = await add_bookings(world, stage.performance_id, 1, 3, "PENDING")
    read = confirmation_facts.decide_confirmations
    once = iter([True])

    async def read_and_change(*args: Any) -> None:
        await read(*args)
        if next(once, False):
            await revise_slot(world.hub.database, stage.performance_id, **columns)

    monkeypatch.setattr("hub.actions.booking.booking_facts.decide_confirmations", read_and_change)
    return stage.performance_id, await confirm(hub, link)


CHANGES = {
    "closed": ({"booking_closed": True}, "409 BOOKING_CLOSED", ("h.closed IS NOT TRUE AND ", "")),
    "cancelled": ({"status": "CLOSED"}, "409 BOOKING_CLOSED", ("h.status = 'ACTIVE' AND ", "")),
    "shrunk": ({"total_capacity": 2, "occupied_seats": 2}, "409 NO_CAPACITY", (PLACES, "")),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_happens_to_the_performance_meanwhile_counts(two_hubs, world, monkeypatch, change):
    columns, expected, _ = CHANGES[change]
    performance_id, answer = await changed_after_reading(world, two_hubs[0], monkeypatch, **columns)
    assert outcome(answer) == expected
    assert await world.booked_count(performance_id) == 0
    assert await broken_invariants(world.hub.database) == []


@pytest.mark.parametrize("change", CHANGES)
async def test_without_the_guard_in_the_statement_it_is_confirmed_all_the_same(two_hubs, world, monkeypatch, change):
    columns, _, guard = CHANGES[change]
    sabotage(monkeypatch, "booking/reservations", "take_places", guard)
    await without_last_line(world, "reservation_slots_never_overbooked")
    _, answer = await changed_after_reading(world, two_hubs[0], monkeypatch, **columns)
    assert outcome(answer) == "confirmed"


async def test_confirmations_while_the_room_shrinks_and_grows_never_overbook(two_hubs, world):
    stage = await add_stage(world, capacity=60)
    links = await add_bookings(world, stage.performance_id, 60, 3, "PENDING", email="{}@example.com")

    async def organiser() -> None:
        lot = random.Random(2)
        for _ in range(40):
            async with world.hub.database.transaction() as connection:
                row = await read_slot(connection, "booked_count", id=stage.performance_id)
                seats = min(row["booked_count"] + lot.randrange(8), 60)
                await revise_slot(connection, stage.performance_id, total_capacity=seats, occupied_seats=60 - seats)
            await asyncio.sleep(0.005)

    async def steady() -> None:
        # The organiser's change meets bookings that were confirmed meanwhile, and the table refuses it.
        while True:
            try:
                return await organiser()
            except asyncpg.CheckViolationError:
                continue

    changing = asyncio.create_task(steady())
    answers = await crowd([partial(confirm, two_hubs[n % 2], one) for n, one in enumerate(links)], clients=12)
    await changing
    assert set(map(outcome, answers)) <= {"confirmed", "409 NO_CAPACITY"}
    confirmed = sum(outcome(answer) == "confirmed" for answer in answers)
    assert await world.booked_count(stage.performance_id) == 3 * confirmed
    assert await broken_invariants(world.hub.database) == []


# ---- the moment of expiry


async def test_a_request_is_confirmed_or_expired_and_never_both(two_hubs, world, open_hub, clock):
    """One hub's clock has passed the moment, and ends requests while the other still confirms them."""
    stage = await add_stage(world, capacity=1000)
    links = await add_bookings(
        world, stage.performance_id, 120, 2, "PENDING", email="{}@example.com", expires_at=NOON + timedelta(hours=1)
    )
    late = NOON + timedelta(hours=2)
    confirming = asyncio.create_task(crowd([partial(confirm, two_hubs[n % 2], one) for n, one in enumerate(links)], 8))
    ended = 0
    while not confirming.done():
        ids = [row["id"] for row in await read_booking_rows(world.hub.database, "id", status="PENDING")][-4:]
        ended += len(await world.hub.database.fetch(BOOKINGS.expire_requests, [world.org_id] * len(ids), ids, late))
        await asyncio.sleep(0.005)
    seen = Counter(map(outcome, await confirming))
    assert set(seen) == {"confirmed", "410 CONFIRMATION_EXPIRED"}, seen
    assert ended == seen["410 CONFIRMATION_EXPIRED"] == await count_bookings(world.hub.database, status="EXPIRED")
    assert await count_reservations(world.hub.database) == seen["confirmed"]
    assert await broken_invariants(world.hub.database) == []


async def confirmed_before_the_job_ends_it(hub: Hub, world: World, clock: Clock) -> list[str]:
    """Confirm a request after the job has found it due, and let the job go on. Return what is broken."""
    stage = await add_stage(world, capacity=10)
    (link,) = await add_bookings(world, stage.performance_id, 1, 2, "PENDING", expires_at=NOON + timedelta(hours=1))
    due = [[world.org_id], [link.id]]
    assert outcome(await confirm(hub, link)) == "confirmed"
    await hub.services.database.fetch(BOOKINGS.expire_requests, *due, NOON + timedelta(hours=1))
    return await broken_invariants(world.hub.database)


async def test_a_request_that_was_confirmed_meanwhile_is_not_ended(two_hubs, world, clock):
    assert await confirmed_before_the_job_ends_it(two_hubs[0], world, clock) == []


async def test_without_the_guard_the_job_ends_a_confirmed_booking(two_hubs, world, clock, monkeypatch):
    sabotage(
        monkeypatch, "shows/bookings", "expire_requests",
        ("     WHERE t.status = 'INACTIVE'\n", ""), (" AND b.status = 'PENDING'", ""),
    )  # fmt: skip
    broken = await confirmed_before_the_job_ends_it(two_hubs[0], world, clock)
    assert any("a booking agrees with its ticket" in line for line in broken), broken


# ---- requests


async def requests_of_one_address(hubs: list[Hub], world: World) -> int:
    """Ask for seats twelve times at once, at two hubs, with one address. Return how many requests stand."""
    stage = await add_stage(world)
    body = {"performance_id": stage.performance_id, "name": "Ada", "email": "ada@example.com", "party_size": 2}
    answers = await asyncio.gather(*(hubs[n % 2].post("/api/bookings", body) for n in range(12)))
    assert {status for status, _ in answers} <= {201, 409}
    return await count_bookings(world.hub.database, slot_id=stage.performance_id)


async def test_one_address_never_exceeds_its_requests_at_two_hubs(two_hubs, world):
    for _ in range(repetitions(full=30, short=8)):
        assert await requests_of_one_address(two_hubs, world) == 3


async def test_without_holding_the_address_it_exceeds_them(two_hubs, world, monkeypatch):
    sabotage(monkeypatch, "shows/bookings", "hold_addresses", ("SELECT pg_advisory_xact_lock(k.key)", "SELECT k.key"))
    sabotage(
        monkeypatch, "shows/bookings", "add_requests",
        ("pending < most_pending", "pending < most_pending AND (SELECT pg_sleep(0.05) IS NOT NULL FROM (SELECT count(*) FROM known) w)"),
    )  # fmt: skip
    found = [await requests_of_one_address(two_hubs, world) for _ in range(8)]
    assert max(found) > 3, found
