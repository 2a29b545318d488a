"""Slots are made from opening hours, singly, or as the copy of a day; what stands and overlaps is shown first."""

from __future__ import annotations

import asyncio
from datetime import date, time, timedelta

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.venues import make_slots
from hub.actions.venues.closed_days import add_closed_days
from hub.actions.venues.make_slots import Generation, MadeSlots, SlotDraft
from hub.actions.venues.opening_hours import DayHours, change_week
from hub.events.announcements import SlotsEdited
from hub.rules.opening_hours import Hours, SpecialDay
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.negative_controls import sabotage
from tests.support.slots import change_slot, count_slots, read_slots
from tests.support.world import TODAY, World

MUSEUM = [DayHours(day, time(10), time(18), 30, 50) for day in range(2, 8)]
DECEMBER = Generation(date(2026, 12, 1), date(2026, 12, 31))


async def generate(hub: Hub, by: Actor, wanted: Generation = DECEMBER, **options):
    return await make_slots.generate_from_hours(hub.services, by, wanted, **options)


async def test_the_stored_week_and_closed_days_make_the_slots_of_a_month(hub: Hub, world: World, by: Actor):
    await change_week(hub.services, by, None, MUSEUM)
    await add_closed_days(hub.services, by, [date(2026, 12, day) for day in (24, 25, 26)], name="Christmas")
    preview = await generate(hub, by, dry_run=True)
    assert (len(preview.made), preview.slot_ids, len(preview.skipped)) == (24 * 16, (), 3)
    assert await count_slots(hub.database) == 0
    received = hub.announced()
    made = await generate(hub, by)
    assert (len(made.slot_ids), received) == (384, [SlotsEdited(world.org_id)])
    assert await count_slots(hub.database, total_capacity=50) == 384
    again = await generate(hub, by)
    assert (again.made, len(again.standing)) == ((), 384)
    assert [one["action"] for one in await read_audit_log(hub.database)][-1] == "slot.made"


async def test_exceptions_of_the_request_win_over_stored_days(hub: Hub, world: World, by: Actor):
    day = date(2026, 12, 24)
    await add_closed_days(hub.services, by, [day])
    open_after_all = SpecialDay(day, "", (Hours(time(10), time(12), 60, 5),))
    made = await generate(hub, by, Generation(day, day, hours=tuple(MUSEUM), special=(open_after_all,)))
    assert [one.slot.start_time for one in made.made] == [time(10), time(11)]


async def test_overlaps_are_told_by_a_preview_and_refused_unless_allowed(hub: Hub, world: World, by: Actor):
    await world.slot(date(2026, 12, 1), "09:45", "10:15")
    wanted = Generation(date(2026, 12, 1), date(2026, 12, 1), hours=tuple(MUSEUM))
    assert len((await generate(hub, by, wanted, dry_run=True)).overlapping) == 1
    with pytest.raises(Refused) as caught:
        await generate(hub, by, wanted)
    assert (caught.value.reason, caught.value.details["count"]) == (Reason.SLOTS_OVERLAP, 1)
    assert caught.value.details["overlaps"][0]["with"]["start_time"] == time(9, 45)
    assert await count_slots(hub.database) == 1
    assert len((await generate(hub, by, wanted, overlap=True)).slot_ids) == 16


async def _make_a_day_twice_at_once(hub: Hub, by: Actor, day: date) -> list[MadeSlots | BaseException]:
    """Two make the slots of one day at once. No slot of the one begins when one of the other does, and they overlap."""
    others = [DayHours(one.weekday, time(10, 15), time(18, 15), 120, 50) for one in MUSEUM]
    return await asyncio.gather(
        *(generate(hub, by, Generation(day, day, hours=(*hours,))) for hours in (MUSEUM, others)),
        return_exceptions=True,
    )


async def test_of_two_who_make_other_slots_at_once_the_second_sees_the_first(hub: Hub, world: World, by: Actor):
    for day in (date(2026, 12, number) for number in range(1, 6)):
        answers = await _make_a_day_twice_at_once(hub, by, day)
        assert [one.reason for one in answers if isinstance(one, Refused)] == [Reason.SLOTS_OVERLAP]
        assert [len(one.made) for one in answers if isinstance(one, MadeSlots)] in ([16], [4])


async def test_control_without_the_lock_of_the_venue_both_make_theirs(hub: Hub, world: World, by: Actor, monkeypatch):
    met = asyncio.Barrier(2)
    standing_slots = make_slots._standing_slots

    async def read_together(*given):
        found = await standing_slots(*given)
        await met.wait()
        return found

    monkeypatch.setattr(make_slots, "_standing_slots", read_together)
    sabotage(monkeypatch, "venues/opening_hours", "lock_venue", (" FOR NO KEY UPDATE", ""))
    answers = await _make_a_day_twice_at_once(hub, by, date(2026, 12, 1))
    assert [len(one.made) for one in answers if isinstance(one, MadeSlots)] == [16, 4]


async def test_a_venue_without_hours_says_so(hub: Hub, world: World, by: Actor):
    with pytest.raises(Refused) as caught:
        await generate(hub, by)
    assert caught.value.details["errors"][0]["field"] == "hours"


@pytest.mark.parametrize(
    ("first", "last"), [(date(2026, 12, 2), date(2026, 12, 1)), (date(2026, 1, 1), date(2029, 1, 1)), (date(9999, 12, 31), date(9999, 12, 31))]
)  # fmt: skip
async def test_impossible_days_are_refused(hub: Hub, world: World, by: Actor, first, last):
    late = tuple(DayHours(day, time(22), time(2), 60, 5) for day in range(1, 8))
    with pytest.raises(Refused) as caught:
        await generate(hub, by, Generation(first, last, hours=late))
    assert caught.value.reason is Reason.INVALID_REQUEST


async def test_one_slot_is_added_at_a_time_of_its_own(hub: Hub, world: World, by: Actor):
    draft = SlotDraft(TODAY + timedelta(days=1), time(22), time(1), 30)
    made = await make_slots.add_slot(hub.services, by, draft)
    (row,) = await read_slots(hub.database, "id", "starts_at", "ends_at", "total_capacity")
    assert (row["id"], row["ends_at"] - row["starts_at"], row["total_capacity"]) == (
        made.slot_ids[0],
        timedelta(hours=3),
        30,
    )
    with pytest.raises(Refused) as caught:
        await make_slots.add_slot(hub.services, by, draft)
    assert caught.value.details["errors"] == [{"field": "start_time", "message": "A slot begins at this time already"}]


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (SlotDraft(TODAY, time(9), time(10), 5), "start_time"),
        (SlotDraft(date(2027, 3, 28), time(2, 30), time(4), 5), "start_time"),
        (SlotDraft(TODAY, time(14), time(15), -1), "capacity"),
        (SlotDraft(TODAY, time(14, 0, 30), time(15), 1), "start_time"),
    ],
)
async def test_a_slot_that_cannot_be_is_refused_beside_its_field(hub: Hub, world: World, by: Actor, draft, field):
    with pytest.raises(Refused) as caught:
        await make_slots.add_slot(hub.services, by, draft)
    assert caught.value.details["errors"][0]["field"] == field
    assert await count_slots(hub.database) == 0


async def test_a_day_is_copied_without_its_closed_slots_and_not_onto_closed_days(hub: Hub, world: World, by: Actor):
    source = TODAY + timedelta(days=1)
    await world.slot(source, "10:00", "11:00", 20)
    closed = await world.slot(source, "11:00", "12:00", 20)
    await change_slot(hub.database, closed, status="CLOSED")
    await add_closed_days(hub.services, by, [source + timedelta(days=2)], name="Off")
    targets = [source + timedelta(days=n) for n in range(4)]
    made = await make_slots.copy_slots(hub.services, by, source, targets)
    assert [(one.slot.date - source).days for one in made.made] == [1, 3]
    assert [(one.cause, one.name) for one in made.skipped] == [("closed", "Off")]
    again = await make_slots.copy_slots(hub.services, by, source, targets)
    assert (again.made, len(again.standing)) == ((), 2)
    with pytest.raises(Refused) as caught:
        await make_slots.copy_slots(hub.services, by, source + timedelta(days=30), targets)
    assert caught.value.details["errors"][0]["field"] == "from"
