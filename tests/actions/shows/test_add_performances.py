"""Making performances: one, or a run. A run may be repeated, and overlaps in the room are refused unless they are meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.shows.add_performances import Made, PerformanceSettings, RunDraft, add_run
from hub.actions.shows.close_performance import cancel_performance
from hub.actions.shows.performance_records import read_performance
from hub.events.announcements import SlotsEdited
from hub.rules.performance_plan import Run
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.shows import add_room, add_show
from tests.support.slots import count_slots, read_slots
from tests.support.world import TODAY, World

FRIDAY = TODAY
EIGHT, THREE = time(20), time(15)


def draft(
    show_id: int, room_id: int, *dates: date, times: tuple[time, ...] = (EIGHT,), minutes: int | None = 120
) -> RunDraft:
    return RunDraft(show_id, room_id, Run(times, dates=dates), minutes)


async def add_one(hub: Hub, by: Actor, wanted: RunDraft) -> Made:
    (made,) = (await add_run(hub.services, by, wanted)).performances
    return made


async def test_one_performance_has_the_rooms_places_with_its_own_seats(hub: Hub, world: World, by: Actor):
    show_id, room_id = await add_show(world, duration_minutes=90), await add_room(world, capacity=80)
    opens = datetime(2026, 11, 20, 12, tzinfo=UTC)
    settings = PerformanceSettings(additional_seats=6, occupied_seats=2, booking_opens_at=opens, booking_closes_minutes=30,
                                   check_in_opens_minutes=60, check_in_closes_minutes=15, largest_party=4)  # fmt: skip
    received = hub.announced()
    made = await add_one(hub, by, replace(draft(show_id, room_id, FRIDAY, minutes=None), settings=settings))
    assert made.performance_id is not None
    assert received == [SlotsEdited(world.org_id)]
    one = await read_performance(hub.services, by, made.performance_id)
    assert (one.date, one.start_time, one.end_time, one.capacity, one.free) == (FRIDAY, EIGHT, time(21, 30), 84, 84)
    assert (one.booking_opens_at, one.booking_closes_at) == (opens, one.starts_at - timedelta(minutes=30))
    assert (one.check_in_opens_minutes, one.check_in_closes_minutes, one.largest_party, one.show_largest_party) == (
        60,
        15,
        4,
        10,
    )
    assert (one.status, one.booking, one.version) == ("ACTIVE", "NOT_YET", 1)


async def test_a_run_may_be_repeated_and_adds_only_what_is_missing(hub: Hub, world: World, by: Actor):
    show_id, room_id = await add_show(world), await add_room(world)
    run = Run((THREE, EIGHT), FRIDAY, FRIDAY + timedelta(days=9), weekdays=(6, 7), except_dates=(date(2026, 11, 28),))
    first = await add_run(hub.services, by, RunDraft(show_id, room_id, run, 150))
    assert [(one.date.day, one.start_time.hour) for one in first.performances] == [
        (21, 15),
        (21, 20),
        (22, 15),
        (22, 20),
        (29, 15),
        (29, 20),
    ]
    assert (first.skipped, first.overlaps) == ((), ())
    again = await add_run(hub.services, by, RunDraft(show_id, room_id, replace(run, except_dates=()), 150))
    assert [(one.date.day, one.start_time.hour) for one in again.performances] == [(28, 15), (28, 20)]
    assert {one.cause for one in again.skipped} == {"exists"}
    with pytest.raises(Refused) as no:
        await add_run(hub.services, by, RunDraft(show_id, room_id, run, 150))
    assert no.value.reason is Reason.INVALID_REQUEST
    assert len(no.value.details["skipped"]) == 6
    assert await count_slots(hub.database) == 8


async def test_overlaps_in_the_room_are_told_and_refused_unless_they_are_meant(hub: Hub, world: World, by: Actor):
    hamlet, lear = await add_show(world, "Hamlet"), await add_show(world, "King Lear")
    room_id, other_room = await add_room(world), await add_room(world)
    await add_run(hub.services, by, draft(hamlet, room_id, FRIDAY, minutes=180))
    late = draft(lear, room_id, FRIDAY, times=(time(22), time(23, 30)), minutes=100)
    with pytest.raises(Refused) as no:
        await add_run(hub.services, by, late)
    assert no.value.reason is Reason.PERFORMANCES_OVERLAP
    hit, within = no.value.details["overlaps"]
    assert (hit["start_time"], hit["with"]["title"], hit["with"]["end_time"]) == (time(22), "Hamlet", time(23))
    assert (within["start_time"], within["with"]["performance_id"], within["with"]["start_time"]) == (
        time(23, 30),
        None,
        time(22),
    )
    assert await count_slots(hub.database, show_id=lear) == 0
    elsewhere = await add_run(hub.services, by, draft(lear, other_room, FRIDAY, times=(time(22),), minutes=60))
    assert elsewhere.overlaps == ()
    meant = await add_run(hub.services, by, late, overlap=True)
    assert (len(meant.performances), len(meant.overlaps)) == (2, 2)


async def test_two_shows_never_begin_in_one_room_at_the_same_minute(hub: Hub, world: World, by: Actor):
    hamlet, lear, room_id = await add_show(world, "Hamlet"), await add_show(world, "King Lear"), await add_room(world)
    await add_run(hub.services, by, draft(hamlet, room_id, FRIDAY))
    with pytest.raises(Refused, match="PERFORMANCES_OVERLAP"):
        await add_run(hub.services, by, draft(lear, room_id, FRIDAY), overlap=True)


async def test_a_cancelled_performance_leaves_its_hour_to_another(hub: Hub, world: World, by: Actor):
    show_id, room_id = await add_show(world), await add_room(world)
    for _ in range(2):
        made = await add_one(hub, by, draft(show_id, room_id, FRIDAY))
        assert made.performance_id is not None
        await cancel_performance(hub.services, by, made.performance_id)
    assert await count_slots(hub.database, status="CLOSED") == 2


async def test_a_dry_run_makes_nothing(hub: Hub, world: World, by: Actor):
    show_id, room_id = await add_show(world), await add_room(world)
    seen = await add_run(
        hub.services, by, draft(show_id, room_id, FRIDAY, date(2027, 3, 28), times=(time(2, 30), EIGHT)), dry_run=True
    )
    assert [(one.performance_id, one.start_time) for one in seen.performances] == [(None, EIGHT), (None, EIGHT)]
    assert [(one.date, one.cause) for one in seen.skipped] == [(FRIDAY, "past"), (date(2027, 3, 28), "no_such_time")]
    assert await read_slots(hub.database) == []


async def test_what_cannot_be_made_is_refused_with_the_field(hub: Hub, world: World, by: Actor):
    show_id, room_id = await add_show(world), await add_room(world, capacity=10)
    cases = [
        (draft(show_id, room_id, FRIDAY, minutes=None), "minutes"),
        (draft(show_id, room_id), "run"),
        (draft(show_id, room_id, FRIDAY, times=(time(9),)), "start_time"),
        (draft(show_id, room_id, date(2027, 3, 28), times=(time(2, 30),)), "start_time"),
        (replace(draft(show_id, room_id, FRIDAY), settings=PerformanceSettings(occupied_seats=11)), "occupied_seats"),
        (replace(draft(show_id, room_id, FRIDAY), settings=PerformanceSettings(largest_party=0)), "largest_party"),
        (replace(draft(show_id, room_id, FRIDAY), settings=PerformanceSettings(check_in_opens_minutes=1441)), "check_in_opens_minutes"),
    ]  # fmt: skip
    for wrong, field in cases:
        with pytest.raises(Refused) as no:
            await add_run(hub.services, by, wrong)
        assert (no.value.reason, [one["field"] for one in no.value.details["errors"]]) == (
            Reason.INVALID_REQUEST,
            [field],
        )


async def test_the_show_and_the_room_must_be_of_one_venue_and_the_show_not_archived(hub: Hub, world: World, by: Actor):
    show_id, room_id = await add_show(world), await add_room(world)
    elsewhere = await add_room(world, venue_id=await world.venue())
    archived = await add_show(world, status="ARCHIVED")
    for wrong, reason in ((draft(4711, room_id, FRIDAY), "SHOW_NOT_FOUND"), (draft(archived, room_id, FRIDAY), "SHOW_ARCHIVED"),
                          (draft(show_id, 4711, FRIDAY), "ROOM_NOT_FOUND"), (draft(show_id, elsewhere, FRIDAY), "ROOM_NOT_FOUND")):  # fmt: skip
        with pytest.raises(Refused, match=reason):
            await add_run(hub.services, by, wrong)
