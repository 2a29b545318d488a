"""Opening hours become a plan of slots; what stands, overlaps, is closed, past or does not exist is named."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.rules.opening_hours import (
    Hours,
    PlannedPlaces,
    SkippedSlot,
    SpecialDay,
    Standing,
    compare,
    copy_day,
    plan_days,
    planned_between,
    refuse_hours,
)

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 20, 11, tzinfo=UTC)
MUSEUM = {day: (Hours(time(10), time(18), 30, 50),) for day in range(2, 8)}


def standing(plan, slot_id=1):
    return [
        Standing(slot_id, s.slot.date, s.slot.start_time, s.slot.end_time, s.slot.starts_at, s.slot.ends_at, s.capacity)
        for s in plan
    ]


def test_a_museum_is_open_from_tuesday_to_sunday_and_closed_at_christmas():
    holidays = [SpecialDay(date(2026, 12, day), "Christmas") for day in (24, 25, 26)]
    plan = plan_days(date(2026, 12, 21), date(2026, 12, 27), MUSEUM, holidays, ROME, now=NOW)
    assert [one.slot.date.day for one in plan.slots[::16]] == [22, 23, 27]
    assert len(plan.slots) == 3 * 16
    assert {one.capacity for one in plan.slots} == {50}
    assert [(one.date.day, one.cause, one.name) for one in plan.skipped] == [
        (day, "closed", "Christmas") for day in (24, 25, 26)
    ]


def test_a_break_and_other_lengths_are_rows_of_the_same_day():
    hours = (Hours(time(14), time(18), 120, 20), Hours(time(9), time(12), 60, 10))
    plan = plan_days(date(2026, 11, 23), date(2026, 11, 23), {1: hours}, [], ROME, now=NOW)
    assert [(one.slot.start_time.hour, one.capacity) for one in plan.slots] == [
        (9, 10),
        (10, 10),
        (11, 10),
        (14, 20),
        (16, 20),
    ]


def test_an_exception_has_hours_of_its_own_and_may_open_a_day_that_is_closed_every_week():
    monday = SpecialDay(date(2026, 11, 23), "Late opening", (Hours(time(18), time(20), 60, 5),))
    plan = plan_days(date(2026, 11, 23), date(2026, 11, 23), MUSEUM, [monday], ROME, now=NOW)
    assert [one.slot.start_time.hour for one in plan.slots] == [18, 19]


def test_what_is_over_is_skipped_and_what_has_begun_is_made():
    plan = plan_days(date(2026, 11, 20), date(2026, 11, 20), MUSEUM, [], ROME, now=NOW)
    assert [one.start_time for one in plan.skipped] == [time(10), time(10, 30), time(11), time(11, 30)]
    assert {one.cause for one in plan.skipped} == {"past"}
    assert len(plan_days(date(2026, 11, 20), date(2026, 11, 20), MUSEUM, [], ROME, now=None).slots) == 16


def test_a_start_that_clocks_skip_is_named():
    night = {7: (Hours(time(1), time(4), 30, 5),)}
    plan = plan_days(date(2027, 3, 28), date(2027, 3, 28), night, [], ROME, now=NOW)
    assert [one.start_time for one in plan.skipped] == [time(2), time(2, 30)]
    assert {one.cause for one in plan.skipped} == {"no_such_time"}
    assert [one.slot.start_time for one in plan.slots] == [time(1), time(1, 30), time(3), time(3, 30)]


@pytest.mark.parametrize(
    ("hours", "wrong"),
    [
        ([Hours(time(10), time(12), 60, 5), Hours(time(11), time(13), 60, 5)], {1: "These hours begin before the others end"}),
        ([Hours(time(22), time(2), 60, 5), Hours(time(23), time(0), 60, 5)], {1: "These hours begin before the others end"}),
        ([Hours(time(10), time(10), 60, 5)], {0: "Opening and closing are the same time"}),
        ([Hours(time(10), time(10, 20), 30, 5)], {0: "A slot is longer than these hours"}),
        ([Hours(time(10), time(12), 4, 5)], {0: "Give 5 to 1440 minutes"}),
        ([Hours(time(10), time(12), 30, -1)], {0: "Give 0 to 1000000 spaces"}),
        ([Hours(time(0), time(0), 60, 5)], {}),
        ([Hours(time(10), time(12), 60, 5), Hours(time(12), time(13), 60, 5)], {}),
    ],
)  # fmt: skip
def test_hours_that_make_no_sense_are_named_by_their_row(hours, wrong):
    assert refuse_hours(hours) == wrong


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [(date(2026, 1, 2), date(2026, 1, 1), "before"), (date(2026, 1, 1), date(2028, 1, 2), "731 days")],
)
def test_a_span_is_one_day_to_two_years(first, last, text):
    with pytest.raises(ValueError, match=text):
        plan_days(first, last, MUSEUM, [], ROME, now=NOW)


def test_too_many_slots_are_refused():
    always = {day: (Hours(time(0), time(0), 5, 1),) for day in range(1, 8)}
    with pytest.raises(ValueError, match="50000 slots"):
        plan_days(date(2026, 1, 1), date(2027, 12, 31), always, [], ROME, now=None)


def test_a_plan_beside_itself_stands_whole_and_overlaps_nothing():
    plan = plan_days(date(2026, 11, 24), date(2026, 11, 25), MUSEUM, [], ROME, now=NOW)
    found = compare(plan.slots, standing(plan.slots))
    assert (len(found.new), len(found.standing), found.overlapping) == (0, 32, ())
    assert len(compare(plan.slots, []).new) == 32


def test_slots_of_other_lengths_overlap_and_those_that_follow_do_not():
    plan = plan_days(
        date(2026, 11, 24), date(2026, 11, 24), {2: (Hours(time(10), time(12), 30, 50),)}, [], ROME, now=NOW
    )
    hour = planned_between(datetime(2026, 11, 24, 9, 45), datetime(2026, 11, 24, 10, 15), ROME)
    after = planned_between(datetime(2026, 11, 24, 12), datetime(2026, 11, 24, 13), ROME)
    found = compare(plan.slots, standing([PlannedPlaces(hour, 5), PlannedPlaces(after, 5)]))
    assert [(one.planned.slot.start_time, one.other.start_time) for one in found.overlapping] == [
        (time(10), time(9, 45))
    ]
    inside = planned_between(datetime(2026, 11, 24, 10, 10), datetime(2026, 11, 24, 10, 20), ROME)
    (one,) = compare(plan.slots, standing([PlannedPlaces(inside, 5)])).overlapping
    assert (one.planned.slot.start_time, one.other.start_time) == (time(10), time(10, 10))


def test_a_slot_that_begins_with_another_one_and_ends_otherwise_is_no_existing_slot():
    day = date(2026, 11, 24)
    plan = plan_days(day, day, {2: (Hours(time(10), time(12), 30, 50),)}, [], ROME, now=NOW)
    hour = planned_between(datetime(2026, 11, 24, 10), datetime(2026, 11, 24, 11), ROME)
    found = compare(plan.slots, standing([PlannedPlaces(hour, 5)]))
    assert (len(found.new), len(found.standing)) == (3, 0)
    assert [(one.planned.slot.start_time, one.other.end_time) for one in found.overlapping] == [
        (time(10), time(11)),
        (time(10, 30), time(11)),
    ]


def test_slots_of_one_plan_may_overlap_each_other():
    late = {1: (Hours(time(22), time(2), 60, 5),), 2: (Hours(time(1, 30), time(3), 30, 5),)}
    plan = plan_days(date(2026, 11, 23), date(2026, 11, 24), late, [], ROME, now=NOW)
    (one,) = compare(plan.slots, []).overlapping
    assert (one.planned.slot.start_time, one.other.slot_id) == (time(1, 30), None)


def test_a_day_is_copied_at_the_same_times_of_the_clock():
    plan = plan_days(date(2027, 3, 27), date(2027, 3, 27), {6: (Hours(time(1), time(4), 60, 7),)}, [], ROME, now=NOW)
    copied = copy_day(
        standing(plan.slots), [date(2027, 3, 28), date(2027, 3, 29), date(2027, 3, 30)], {date(2027, 3, 30): "Closed"},
        ROME, NOW,
    )  # fmt: skip
    assert [(one.slot.date.day, one.slot.start_time.hour) for one in copied.slots] == [
        (28, 1),
        (28, 3),
        (29, 1),
        (29, 2),
        (29, 3),
    ]
    assert copied.skipped == (
        SkippedSlot(date(2027, 3, 28), time(2), "no_such_time"), SkippedSlot(date(2027, 3, 30), None, "closed", "Closed"),
    )  # fmt: skip
    assert copied.slots[0].slot.ends_at - copied.slots[0].slot.starts_at == timedelta(hours=1)
    assert {one.capacity for one in copied.slots} == {7}
