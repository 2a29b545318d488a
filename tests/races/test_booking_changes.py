"""Moves and cancellations of bookings against each other, entries of a part, releases and confirmations: all people or none."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.booking.release_no_shows import release_no_shows
from hub.actions.reporting.reconcile import resync_seat_admission
from hub.actions.shows.confirm_booking import ConfirmRequest
from hub.actions.shows.performances import change_performance
from hub.rules.refusals import Refused
from tests.support.blocked_inserts import STANDS, standstill
from tests.support.bookings import outcome
from tests.support.concurrency import crowd
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.redis_tampering import wait_until_settled
from tests.support.repetitions import repetitions
from tests.support.reservations import read_reservations
from tests.support.shows import Booking, add_booking, add_bookings, add_performance, add_stage, read_booking_rows
from tests.support.tickets import read_ticket
from tests.support.waitlist import on_demand
from tests.support.websocket_client import Socket, answer_of
from tests.support.world import NOON, TODAY, World
from web import keys

LATER = TODAY + timedelta(days=30)
ROOM = "       AND (SELECT sum(places) FROM leaving) <= h.total_capacity - h.booked_count - h.held_count\n"
COUNTED_AS_ONE = (ROOM, ROOM.replace("sum(places)", "count(*)"))
# Add only a pause between counting the places and taking them, as on a busy server.
SLOWLY = (ROOM, f"{ROOM}       AND (SELECT pg_sleep(0.05) IS NOT NULL FROM (SELECT count(*) FROM held) AS counted)\n")
NO_SLOT_LOCK = ("     ORDER BY s.id\n       FOR NO KEY UPDATE OF s\n), going", "     ORDER BY s.id\n), going")
NO_TICKET_GUARD = ("     WHERE t.version = a.version AND t.verified_at IS NULL\n", "")
NO_VERSION_GUARD = ("     WHERE t.version = a.version\n", "")
NO_RESERVATION_GUARD = (" AND r.status = 'RESERVED' AND r.slot_id <> $5", " AND r.slot_id <> $5")
NO_STANDING_GUARD = (" AND r.status = 'RESERVED'\n     ORDER BY r.id", "\n     ORDER BY r.id")


@pytest.fixture(autouse=True)
def quiet_hubs(monkeypatch):
    on_demand(monkeypatch)


async def move(hub: Hub, booking: Booking, performance_id: int) -> tuple[int, Any]:
    headers = {"X-Reservation-Token": booking.manage_token}
    path = f"/api/reservations/{booking.reservation_id}"
    async with hub.client.put(path, json={"slot_id": performance_id}, headers=headers) as response:
        return response.status, await response.json()


async def cancel(hub: Hub, booking: Booking) -> tuple[int, Any]:
    return await hub.delete(f"/api/reservations/{booking.reservation_id}", X_Reservation_Token=booking.manage_token)


async def admit(gate: Socket, booking: Booking, people: int) -> dict[str, Any]:
    """Let some people of a party in."""
    return await answer_of(gate, "verify", code=booking.code, scan_id=str(uuid4()), count=people)


async def two_parties_to_the_last_places(hubs: list[Hub], world: World, repeats: int) -> list[str]:
    """Move parties of three and four to the five places of a performance at once. Return the broken promises."""
    stage, small = await add_stage(world, 1000, day=LATER), await add_stage(world, 5, title="Studio", day=LATER)
    targets = [
        await add_performance(world, stage.show_id, small.room_id, LATER + timedelta(days=1 + n))
        for n in range(repeats)
    ]
    pairs = zip(
        await add_bookings(world, stage.performance_id, repeats, 3),
        await add_bookings(world, stage.performance_id, repeats, 4),
        strict=True,
    )
    broken = []
    for target, pair in zip(targets, pairs, strict=True):
        answers = await asyncio.gather(*(move(hub, one, target) for hub, one in zip(hubs, pair, strict=True)))
        if sorted(map(outcome, answers)) != ["409 NO_CAPACITY", "booked"]:
            broken.append(f"performance {target}: {[outcome(answer) for answer in answers]}")
        broken += [
            f"performance {target}: {body['error']}"
            for status, body in answers
            if status == 409 and body["error"].get("available_count") not in (1, 2)
        ]
    return broken + await broken_invariants(world.hub.database)


async def test_of_two_parties_for_the_last_places_one_moves_whole_and_the_other_stays(two_hubs, world):
    assert await two_parties_to_the_last_places(two_hubs, world, repetitions(full=60, short=20)) == []


@pytest.mark.parametrize(
    "missing", [(NO_SLOT_LOCK, SLOWLY), (COUNTED_AS_ONE,)], ids=["no slot lock", "a party counts as one"]
)
async def test_without_the_mechanism_both_parties_move_to_the_last_places(two_hubs, world, monkeypatch, missing):
    sabotage(monkeypatch, "booking/changes", "move_places", *missing)
    if missing == (COUNTED_AS_ONE,):
        monkeypatch.setattr("hub.actions.booking.move.refuse_slot", lambda slot, now, places: None)
    await without_last_line(world, "reservation_slots_never_overbooked")
    broken = await two_parties_to_the_last_places(two_hubs, world, 8)
    assert any("['booked', 'booked']" in line for line in broken), broken


async def test_where_the_statement_counts_parties_as_one_the_table_counts_places(two_hubs, world, monkeypatch):
    sabotage(monkeypatch, "booking/changes", "move_places", COUNTED_AS_ONE)
    assert await two_parties_to_the_last_places(two_hubs, world, 10) == []


async def moved_cancelled_and_entered_at_once(
    hubs: list[Hub], world: World, repeats: int
) -> tuple[Counter[str], list[str]]:
    """Move a booking at one hub, cancel it at the other and scan it at the gate, all at once."""
    stage = await add_stage(world, 5 * repeats, start="12:00", end="14:00")
    target = await add_performance(world, stage.show_id, stage.room_id, start="15:00", end="16:00")
    await world.policy(change_cutoff_hours=0)
    gate = await hubs[0].socket(await world.staff())
    manager = await world.staff("MANAGER")
    seen: Counter[str] = Counter()
    broken = []
    for booking in await add_bookings(world, stage.performance_id, repeats, 5):
        path = f"/api/reservations/{booking.reservation_id}"
        headers = {"Authorization": f"Bearer {manager}"}

        async def moving(path: str = path, headers: dict[str, str] = headers) -> tuple[int, Any]:
            async with hubs[0].client.put(path, json={"slot_id": target}, headers=headers) as response:
                return response.status, await response.json()

        moved, cancelled, scanned = await asyncio.gather(
            moving(), hubs[1].delete(path, token=manager), admit(gate, booking, 2)
        )
        words = (outcome(moved), outcome(cancelled), scanned["reason"])
        seen.update(words)
        if (scanned["reason"] == "VERIFIED") and cancelled[0] == 200:
            broken.append(f"{booking.code}: in and cancelled, {words}")
        if moved[0] != 200 and moved[1]["error"]["code"] not in ("ALREADY_CHECKED_IN", "BOOKING_CANCELLED"):
            broken.append(f"{booking.code}: {words}")
    await gate.close()
    places = sum(row["places"] for row in await read_reservations(world.hub.database, "places", "status")
                 if row["status"] != "CANCELLED")  # fmt: skip
    if await world.booked_count(stage.performance_id) + await world.booked_count(target) != places:
        broken.append("places were lost or doubled on the way")
    return seen, broken + await broken_invariants(world.hub.database)


async def test_a_move_against_a_cancellation_against_an_entry_of_the_same_booking(two_hubs, world, postgres_log):
    seen, broken = await moved_cancelled_and_entered_at_once(two_hubs, world, repetitions(full=80, short=25))
    assert broken == [], seen
    assert postgres_log.deadlocks() == []


async def change_by_old_facts(world: World, name: str, *missing: tuple[str, str]) -> list[str]:
    """Move or cancel a booking by facts from before somebody of it came in. Return the broken promises."""
    stage = await add_stage(world, 20, start="12:00", end="14:00")
    target = await add_performance(world, stage.show_id, stage.room_id, start="15:00", end="16:00")
    booking = await add_booking(world, stage.performance_id, 5)
    version = (await read_ticket(world.hub.database, id=booking.id))["version"]
    gate = await world.hub.socket(await world.staff())
    assert (await admit(gate, booking, 2))["reason"] == "VERIFIED"
    await gate.close()
    sql = getattr(load("booking/changes"), name)
    for old, new in missing:
        assert sql.count(old) == 1
        sql = sql.replace(old, new)
    facts = (world.org_id, [booking.id], [version], [booking.reservation_id])
    now = world.hub.clock.now()
    more = (target, now, "token", None, "{}") if name == "move_places" else (now, "holder", "token")
    await world.hub.database.fetch(sql, *facts, *more)
    return await broken_invariants(world.hub.database)


@pytest.mark.parametrize("name", ["move_places", "cancel_places"])
async def test_a_change_by_old_facts_does_nothing(world, name):
    assert await change_by_old_facts(world, name) == []


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("move_places", (NO_TICKET_GUARD, NO_RESERVATION_GUARD)),
        ("cancel_places", (NO_VERSION_GUARD, NO_STANDING_GUARD)),
    ],
)
async def test_without_its_checks_a_change_by_old_facts_takes_places_of_people_who_are_in(world, name, missing):
    await without_last_line(world, "reservation_slots_verified_within_booked")
    assert await change_by_old_facts(world, name, *missing) != []


async def released_at_the_last_moment(open_hub: Any, clock: Any, *, last_line: bool = True) -> list[str]:
    """Scan twenty parties at one hub while the other hub releases no-shows. Return the broken promises."""
    hubs = [await open_hub(), await open_hub()]
    world = await World(hubs[0]).found()
    if not last_line:
        await without_last_line(world, "reservation_slots_verified_within_booked")
    await world.policy(no_show_release_minutes=15)
    hubs[1].services.venues.forget()
    stage = await add_stage(world, 60, start="12:00", end="14:00")
    bookings = await add_bookings(world, stage.performance_id, 20, 3, at=NOON - timedelta(days=1))
    gate = await hubs[0].socket(await world.staff(), gate="A")
    clock.set(NOON + timedelta(minutes=15))
    async with standstill(world.hub.settings.database_url) as still:
        await still.hold()
        releasing = asyncio.create_task(release_no_shows(hubs[1].services))
        await still.waits()
        # The release has read who is missing, and holds no locks yet.
        seen = [(await admit(gate, booking, 2))["reason"] for booking in bookings[:10]]
        await still.go()
        seen += [(await admit(gate, booking, 2))["reason"] for booking in bookings[10:]]
    released = await releasing
    assert set(seen) <= {"VERIFIED", "TICKET_CANCELLED"}
    broken = await broken_invariants(world.hub.database)
    if seen.count("VERIFIED") + released != 20:
        broken.append(f"of {seen.count('VERIFIED')} somebody came in and {released} were released, of 20")
    return broken


READ_BEFORE = ("SELECT r.ticket_id FROM ticket_reservations r\n", f"SELECT r.ticket_id FROM {STANDS} moment, ticket_reservations r\n")  # fmt: skip


@pytest.mark.usefixtures("slow_servers")
async def test_a_booking_scanned_at_the_last_moment_is_in_or_released_and_never_both(open_hub, clock, monkeypatch):
    sabotage(monkeypatch, "booking/no_shows", "lock_no_shows", READ_BEFORE)
    assert await released_at_the_last_moment(open_hub, clock) == []


@pytest.mark.usefixtures("slow_servers")
async def test_without_a_second_check_after_its_locks_a_release_ends_bookings_of_people_who_are_in(
    open_hub, clock, monkeypatch
):
    sabotage(monkeypatch, "booking/no_shows", "lock_no_shows", READ_BEFORE)
    sabotage(monkeypatch, "booking/no_shows", "release_no_shows",
             (" AND r.status = ANY ($6::text[])\n", " AND $6::text[] IS NOT NULL\n"), (" AND t.verified_at IS NULL\n", "\n"))  # fmt: skip
    assert await released_at_the_last_moment(open_hub, clock, last_line=False) != []


async def test_bookings_that_swap_performances_do_not_deadlock_and_nobody_is_torn(two_hubs, world, postgres_log):
    stage = await add_stage(world, 80, day=LATER)
    here = stage.performance_id
    there = await add_performance(world, stage.show_id, stage.room_id, LATER + timedelta(days=1))
    one, other = await add_bookings(world, here, 10, 3), await add_bookings(world, there, 10, 4)
    for _ in range(4):
        jobs = [partial(move, two_hubs[n % 2], booking, there) for n, booking in enumerate(one)]
        jobs += [partial(move, two_hubs[n % 2], booking, here) for n, booking in enumerate(other)]
        assert {status for status, _ in await crowd(jobs, clients=20)} == {200}
        here, there = there, here
    assert {row["slot_id"] for row in await read_booking_rows(world.hub.database, id=[b.id for b in one])} == {here}
    assert postgres_log.deadlocks() == []
    assert await broken_invariants(world.hub.database) == []


async def test_a_crowd_cancels_and_moves_and_seat_admission_agrees_with_postgres_afterwards(two_hubs, world):
    stage = await add_stage(world, 300, day=LATER)
    target = await add_performance(world, stage.show_id, stage.room_id, LATER + timedelta(days=1))
    bookings = await add_bookings(world, stage.performance_id, 60, 5)
    jobs: list[Any] = [partial(cancel, two_hubs[n % 2], booking) for n, booking in enumerate(bookings[:30])]
    jobs += [partial(move, two_hubs[n % 2], booking, target) for n, booking in enumerate(bookings[30:])]
    assert {status for status, _ in await crowd(jobs, clients=20)} == {200}
    assert (await world.booked_count(stage.performance_id), await world.booked_count(target)) == (0, 150)
    for hub in two_hubs:
        await wait_until_settled(hub)
    assert await resync_seat_admission(world.hub.services, fix=False) == []
    assert await broken_invariants(world.hub.database) == []


UNLOCKED = ("\n   FOR NO KEY UPDATE OF s", "")
READ_AGAIN = (" WHERE s.org_id = $1 AND s.id = $2\nRETURNING", " WHERE s.org_id = $1 AND s.id = $2 AND pg_sleep(0.05) IS NOT NULL\nRETURNING")  # fmt: skip


async def shrunk_while_parties_confirm(hubs: list[Hub], world: World, performances: int) -> list[str]:
    """Take seats from a performance at one hub while a party confirms at the other. Return the broken promises."""
    stage = await add_stage(world, 4, day=LATER)
    ids = [stage.performance_id] + [
        await add_performance(world, stage.show_id, stage.room_id, LATER + timedelta(days=1 + n))
        for n in range(performances - 1)
    ]
    organiser, broken = Actor(world.org_id, world.venue_id), []
    for performance_id in ids:
        request = await add_booking(world, performance_id, 3, "PENDING")
        shrunk, confirmed = await asyncio.gather(
            change_performance(hubs[0].services, organiser, performance_id, {"occupied_seats": 2}),
            hubs[1].app[keys.CONFIRMATIONS].confirm(ConfirmRequest(request.confirm_token)),
            return_exceptions=True,
        )
        words = [one.reason.value if isinstance(one, Refused) else type(one).__name__ for one in (shrunk, confirmed)]
        if words not in (["CAPACITY_TAKEN", "BookingView"], ["PerformanceRecord", "NO_CAPACITY"]):
            broken.append(f"performance {performance_id}: {words}")
    return broken + await broken_invariants(world.hub.database)


async def test_seats_are_taken_away_or_booked_and_never_both(two_hubs, world, postgres_log):
    assert await shrunk_while_parties_confirm(two_hubs, world, repetitions(full=60, short=20)) == []
    assert postgres_log.deadlocks() == []


async def test_without_the_slots_lock_seats_that_were_just_booked_are_taken_away(two_hubs, world, monkeypatch):
    sabotage(monkeypatch, "shows/performances", "lock_performance", UNLOCKED)
    sabotage(monkeypatch, "shows/performances", "write_performance", READ_AGAIN)
    await without_last_line(world, "reservation_slots_never_overbooked")
    broken = await shrunk_while_parties_confirm(two_hubs, world, 8)
    assert any("no slot is overbooked" in line for line in broken), broken
