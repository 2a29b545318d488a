"""The organiser's changes against bookings and against each other: smaller rooms, one version, one room, a cancellation."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import time, timedelta
from typing import Any

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.shows.add_performances import RunDraft, add_run
from hub.actions.shows.close_performance import cancel_performance
from hub.actions.shows.confirm_booking import ConfirmRequest
from hub.actions.shows.performances import change_performance
from hub.actions.shows.rooms import RoomChange, change_room
from hub.actions.shows.shows import change_show
from hub.rules.performance_plan import Run
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.locks import count_waiting, hold_row
from tests.support.mail_outbox import count_outbox
from tests.support.meeting import MEETS, two_meet
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.repetitions import repetitions
from tests.support.shows import Booking, Stage, add_booking, add_bookings, add_room, add_show, add_stage, count_bookings
from tests.support.slots import count_slots, read_slot
from tests.support.world import TODAY, World
from web import keys

TOMORROW = TODAY + timedelta(days=1)
NO_SLOT_LOCK = ("   FOR NO KEY UPDATE OF s", "")
NO_ROOM_LOCKS = ("\n   FOR NO KEY UPDATE", "")
NO_ROOM_LOCK = (" FOR NO KEY UPDATE", "")


@pytest.fixture
def by(world: World) -> Actor:
    return Actor(world.org_id, world.venue_id)


async def outcome(attempt: Awaitable[Any]) -> str:
    """Return `done`, or the reason of the refusal."""
    try:
        await attempt
    except Refused as refused:
        return refused.reason.value
    return "done"


async def held_back(hub: Hub, table: str, row_id: int, *attempts: Awaitable[Any]) -> list[str]:
    """Run these attempts while their row is locked, and release it once each of them waits. Return their outcomes."""
    async with hub.database.records.transaction() as transaction:
        await hold_row(transaction, table, id=row_id)
        tasks = [asyncio.ensure_future(outcome(attempt)) for attempt in attempts]
        async with asyncio.timeout(30):
            while await count_waiting(hub.database) < len(attempts):
                await asyncio.sleep(0.01)
    return list(await asyncio.gather(*tasks))


async def confirm(hub: Hub, booking: Booking) -> str:
    return await outcome(hub.app[keys.CONFIRMATIONS].confirm(ConfirmRequest(booking.confirm_token)))


# ---- A smaller room against confirmations


async def shrunk_while_confirming(two_hubs: list[Hub], world: World, by: Actor) -> list[str]:
    """Confirm parties at one hub while the other takes seats away, one by one, by the performance and by its room."""
    stage = await add_stage(world, 40, day=TOMORROW)
    parties = await add_bookings(world, stage.performance_id, 30, 2, "PENDING", email="visitor{}@example.com")

    async def shrink() -> Counter[str]:
        seen: Counter[str] = Counter()
        for n in range(20):
            await asyncio.sleep(0)
            occupied, capacity = {"occupied_seats": n}, RoomChange(capacity=39 - n)
            seen[await outcome(change_performance(two_hubs[1].services, by, stage.performance_id, occupied))] += 1
            seen[await outcome(change_room(two_hubs[1].services, by, stage.room_id, capacity))] += 1
        return seen

    confirmed, seen = await asyncio.gather(asyncio.gather(*(confirm(two_hubs[0], one) for one in parties)), shrink())
    slot = await read_slot(world.hub.database, id=stage.performance_id)
    broken = await broken_invariants(world.hub.database)
    if set(confirmed) - {"done", "NO_CAPACITY"}:
        broken.append(f"confirmations: {Counter(confirmed)}")
    if slot["booked_count"] != 2 * confirmed.count("done"):
        broken.append(f"{confirmed.count('done')} parties were told yes, {slot['booked_count']} places are booked")
    if set(seen) - {"done", "CAPACITY_TAKEN"}:
        broken.append(f"changes: {seen}")
    return broken


async def test_seats_are_taken_away_while_parties_confirm(two_hubs, world, by, postgres_log):
    for _ in range(repetitions(full=10, short=2)):
        assert await shrunk_while_confirming(two_hubs, world, by) == []
    assert postgres_log.deadlocks() == []


async def shrunk_after_a_booking(world: World, by: Actor, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Take seats away while a transaction has booked them and not committed yet."""
    stage = await add_stage(world, 10, day=TOMORROW)
    async with world.hub.database.records.transaction() as transaction:
        await hold_row(transaction, "reservation_slots", id=stage.performance_id)
        change = change_performance(world.hub.services, by, stage.performance_id, {"occupied_seats": 8})
        shrinking = asyncio.ensure_future(outcome(change))
        while await count_waiting(world.hub.database) < 1:
            await asyncio.sleep(0.01)
        await book_within(world, transaction, stage)
    answer = await shrinking
    broken = await broken_invariants(world.hub.database)
    return broken if answer == "CAPACITY_TAKEN" else [*broken, answer]


class _Within:
    """A world whose rows are written in one transaction."""

    def __init__(self, world: World, transaction: Any) -> None:
        self.hub = self
        self.database = transaction
        self.org_id, self.venue_id = world.org_id, world.venue_id


async def book_within(world: World, transaction: Any, stage: Stage) -> None:
    inside: Any = _Within(world, transaction)
    await add_booking(inside, stage.performance_id, 5)


async def test_a_change_waits_for_a_booking_and_counts_it(two_hubs, world, by, monkeypatch):
    assert await shrunk_after_a_booking(world, by, monkeypatch) == []


async def test_without_the_slots_lock_it_overlooks_the_booking(two_hubs, world, by, monkeypatch):
    sabotage(monkeypatch, "shows/performances", "lock_performance", NO_SLOT_LOCK)
    await without_last_line(world, "reservation_slots_never_overbooked")
    broken = await shrunk_after_a_booking(world, by, monkeypatch)
    assert any("overbooked" in line for line in broken), broken
    assert "done" in broken


# ---- Two changes with one version


async def changed_twice(two_hubs: list[Hub], by: Actor, stage: Stage) -> list[str]:
    """Change one performance at two hubs by the version that both have read."""
    changes = [
        change_performance(hub.services, by, stage.performance_id, {"additional_seats": n}, version=1)
        for n, hub in enumerate(two_hubs, 1)
    ]
    return await held_back(two_hubs[0], "reservation_slots", stage.performance_id, *changes)


async def test_of_two_changes_with_one_version_one_is_refused(two_hubs, world, by, monkeypatch):
    # Without the room's lock both wait for the slot. In the product one of them waits for the room before.
    sabotage(monkeypatch, "shows/rooms", "lock_rooms", NO_ROOM_LOCKS)
    stage = await add_stage(world, 10, day=TOMORROW)
    assert sorted(await changed_twice(two_hubs, by, stage)) == ["VERSION_MISMATCH", "done"]
    assert (await read_slot(world.hub.database, id=stage.performance_id))["version"] == 2


async def test_without_the_slots_lock_both_are_done_and_one_is_lost(two_hubs, world, by, monkeypatch):
    sabotage(monkeypatch, "shows/rooms", "lock_rooms", NO_ROOM_LOCKS)
    sabotage(monkeypatch, "shows/performances", "lock_performance", NO_SLOT_LOCK)
    stage = await add_stage(world, 10, day=TOMORROW)
    assert await changed_twice(two_hubs, by, stage) == ["done", "done"]


async def show_changed_twice(two_hubs: list[Hub], by: Actor, show_id: int) -> list[str]:
    changes = [
        change_show(hub.services, by, show_id, {"title": f"Title {n}"}, version=1) for n, hub in enumerate(two_hubs)
    ]
    return await held_back(two_hubs[0], "shows", show_id, *changes)


async def test_of_two_changes_of_a_show_with_one_version_one_is_refused(two_hubs, world, by):
    assert sorted(await show_changed_twice(two_hubs, by, await add_show(world))) == ["VERSION_MISMATCH", "done"]


async def test_without_the_shows_lock_both_are_done(two_hubs, world, by, monkeypatch):
    sabotage(monkeypatch, "shows/shows", "lock_show", ("   FOR NO KEY UPDATE OF w", ""))
    assert await show_changed_twice(two_hubs, by, await add_show(world)) == ["done", "done"]


async def test_twenty_changes_with_one_version_are_one(two_hubs, world, by, postgres_log):
    stage = await add_stage(world, 10, day=TOMORROW)
    changes = [
        outcome(
            change_performance(two_hubs[n % 2].services, by, stage.performance_id, {"additional_seats": n}, version=1)
        )
        for n in range(20)
    ]
    assert Counter(await asyncio.gather(*changes)) == {"done": 1, "VERSION_MISMATCH": 19}
    assert postgres_log.deadlocks() == []


# ---- Two shows for one room


async def both_want_the_room(two_hubs: list[Hub], world: World, by: Actor) -> list[str]:
    """Give one room to two shows at overlapping times, at two hubs at once."""
    room_id = await add_room(world)
    runs = [
        add_run(
            hub.services, by, RunDraft(await add_show(world), room_id, Run((time(20, minute),), dates=(TOMORROW,)), 120)
        )
        for hub, minute in zip(two_hubs, (0, 30), strict=True)
    ]
    return await held_back(two_hubs[0], "rooms", room_id, *runs)


async def test_of_two_shows_that_want_the_room_one_is_refused(two_hubs, world, by):
    assert sorted(await both_want_the_room(two_hubs, world, by)) == ["PERFORMANCES_OVERLAP", "done"]
    assert await count_slots(world.hub.database) == 1


async def test_without_the_rooms_lock_both_get_it(two_hubs, world, by, monkeypatch):
    sabotage(monkeypatch, "shows/rooms", "lock_room", NO_ROOM_LOCK)
    # Both have read the room's day before either writes.
    await two_meet(world.hub.database, patience=4)
    sabotage(
        monkeypatch,
        "shows/performances",
        "played_in_room",
        (" WHERE s.room_id = $2", f" WHERE {MEETS} AND s.room_id = $2"),
    )
    room_id = await add_room(world)
    runs = [
        outcome(
            add_run(
                hub.services, by, RunDraft(await add_show(world), room_id, Run((time(20, n),), dates=(TOMORROW,)), 120)
            )
        )
        for n, hub in enumerate(two_hubs)
    ]
    assert await asyncio.gather(*runs) == ["done", "done"]


# ---- A cancellation against confirmations


async def cancelled_while_confirming(two_hubs: list[Hub], world: World, by: Actor) -> list[str]:
    """Confirm forty parties at one hub while the other cancels the performance. Return the broken promises."""
    stage = await add_stage(world, 100, day=TOMORROW)
    parties = await add_bookings(world, stage.performance_id, 40, 2, "PENDING", email="visitor{}@example.com")
    cancelling = cancel_performance(two_hubs[1].services, by, stage.performance_id)
    *answers, _ = await asyncio.gather(*(confirm(two_hubs[0], one) for one in parties), cancelling)
    await cancel_performance(two_hubs[1].services, by, stage.performance_id)
    database = world.hub.database
    broken = await broken_invariants(database)
    standing = await count_bookings(database, status=["PENDING", "CONFIRMED"], slot_id=stage.performance_id)
    if standing:
        broken.append(f"{standing} bookings stand for a cancelled performance")
    if (await read_slot(database, id=stage.performance_id))["booked_count"]:
        broken.append("places are booked for a cancelled performance")
    mails = await count_outbox(database, kind="booking.cancelled")
    if mails != 40:
        broken.append(f"{mails} e-mails to 40 parties")
    if set(answers) - {"done", "BOOKING_CLOSED", "BOOKING_CANCELLED", "PERFORMANCE_NOT_FOUND"}:
        broken.append(f"answers: {Counter(answers)}")
    return broken


async def test_nobody_stays_confirmed_for_a_cancelled_performance(two_hubs, world, by, postgres_log):
    assert await cancelled_while_confirming(two_hubs, world, by) == []
    assert postgres_log.deadlocks() == []


async def test_two_hubs_that_cancel_at_once_write_to_everybody_once(two_hubs, world, by, postgres_log):
    stage = await add_stage(world, 1000, day=TOMORROW)
    await add_bookings(world, stage.performance_id, 300, 2, email="visitor{}@example.com")
    done = await asyncio.gather(*(cancel_performance(hub.services, by, stage.performance_id) for hub in two_hubs))
    assert sum(one.ended for one in done) == 300
    assert await count_outbox(world.hub.database, kind="booking.cancelled") == 300
    assert await broken_invariants(world.hub.database) == []
    assert postgres_log.deadlocks() == []


async def test_without_a_second_look_at_what_stands_everybody_gets_two_emails(two_hubs, world, by, monkeypatch):
    """Control: the batch that waited for the tickets ends bookings that the other one has ended."""
    sabotage(monkeypatch, "shows/performance_changes", "end_bookings",
             (" AND b.slot_id = $2 AND b.status IN ('PENDING', 'CONFIRMED')\n", " AND b.slot_id = $2\n"),
             ("     WHERE r.status = 'RESERVED' AND r.slot_id = $2\n", "     WHERE r.slot_id = $2\n"),
             ("SET booked_count = h.booked_count - n.places,", "SET booked_count = greatest(h.booked_count - n.places, 0),"))  # fmt: skip
    stage = await add_stage(world, 100, day=TOMORROW)
    (one,) = await add_bookings(world, stage.performance_id, 1, 2)
    cancelling = [cancel_performance(hub.services, by, stage.performance_id) for hub in two_hubs]
    async with world.hub.database.records.transaction() as transaction:
        await hold_row(transaction, "tickets", id=one.id)
        tasks = [asyncio.ensure_future(outcome(attempt)) for attempt in cancelling]
        while await count_waiting(world.hub.database) < 2:
            await asyncio.sleep(0.01)
    await asyncio.gather(*tasks)
    assert await count_outbox(world.hub.database, kind="booking.cancelled") == 2
