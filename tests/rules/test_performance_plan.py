"""The plan of performances: which days a run has, real minutes on the nights of the clock changes, overlaps, and capacity."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules.performance_plan import (
    MOST_PERFORMANCES,
    Played,
    Run,
    capacity_of,
    find_overlaps,
    plan_performances,
    planned_at,
    run_dates,
)

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 20, 11, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
SUNDAY = date(2026, 11, 29)
EIGHT = time(20)


def test_a_run_is_every_wanted_weekday_without_the_excepted_ones_and_with_further_days():
    run = Run(
        (EIGHT,),
        MONDAY,
        SUNDAY,
        weekdays=(5, 6, 7),
        except_dates=(date(2026, 11, 28),),
        dates=(date(2026, 12, 1), MONDAY),
    )
    assert run_dates(run) == [MONDAY, date(2026, 11, 27), SUNDAY, date(2026, 12, 1)]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (Run((EIGHT,)), "no day"),
        (Run((EIGHT,), MONDAY), "both"),
        (Run((EIGHT,), None, MONDAY), "both"),
        (Run((EIGHT,), SUNDAY, MONDAY), "before the first"),
        (Run((EIGHT,), MONDAY, MONDAY, weekdays=(2,)), "no day"),
        (Run((EIGHT,), MONDAY, MONDAY + timedelta(days=731)), "at most 731"),
    ],
)
def test_a_run_that_makes_no_sense_is_refused_in_a_sentence(run, words):
    with pytest.raises(ValueError, match=words):
        run_dates(run)


@pytest.mark.parametrize(
    ("days", "times", "minutes", "words"),
    [
        ([MONDAY], [], 90, "at least one"),
        ([MONDAY], [time(20, 0, 30)], 90, "full minutes"),
        ([MONDAY], [time(20, tzinfo=UTC)], 90, "full minutes"),
        ([MONDAY], [EIGHT], 0, "lasts 1 to"),
        ([MONDAY], [EIGHT], 1441, "lasts 1 to"),
        ([MONDAY + timedelta(days=n) for n in range(MOST_PERFORMANCES)], [EIGHT, time(15)], 90, "at most 500"),
    ],
)
def test_times_and_lengths_that_make_no_sense_are_refused(days, times, minutes, words):
    with pytest.raises(ValueError, match=words):
        plan_performances(days, times, minutes, ROME, NOW)


def test_dates_times_times_are_planned_in_order_and_the_past_is_skipped():
    planned, skipped = plan_performances([NOW.date(), MONDAY], [EIGHT, time(10), EIGHT], 90, ROME, NOW)
    assert [(one.date.day, one.start_time.hour) for one in planned] == [(20, 20), (23, 10), (23, 20)]
    assert [(one.date, one.start_time, one.cause) for one in skipped] == [(NOW.date(), time(10), "past")]
    assert (planned[0].end_time, planned[0].ends_at - planned[0].starts_at) == (time(21, 30), timedelta(minutes=90))


def test_a_performance_over_midnight_belongs_to_the_day_it_begins():
    planned = planned_at(datetime(2026, 11, 23, 23, 0), 150, ROME)
    assert (planned.date, planned.start_time, planned.end_time) == (MONDAY, time(23), time(1, 30))


def test_a_start_that_clocks_skip_is_named_and_the_real_minutes_hold_on_both_nights():
    spring, autumn = date(2027, 3, 28), date(2026, 10, 25)
    planned, skipped = plan_performances([spring], [time(1), time(2, 30), time(3)], 120, ROME, NOW)
    assert [(one.start_time, one.cause) for one in skipped] == [(time(2, 30), "no_such_time")]
    assert [(one.start_time, one.end_time) for one in planned] == [(time(1), time(4)), (time(3), time(5))]
    (twice,), _ = plan_performances([autumn], [time(1, 30)], 120, ROME, NOW - timedelta(days=60))
    assert (twice.end_time, twice.ends_at - twice.starts_at) == (time(2, 30), timedelta(hours=2))


@given(st.dates(date(2026, 1, 1), date(2028, 12, 31)), st.times().map(lambda t: t.replace(second=0, microsecond=0)),
       st.integers(1, 1440))  # fmt: skip
def test_every_planned_performance_lasts_its_minutes_and_shows_its_local_start(day, start, minutes):
    planned, skipped = plan_performances([day], [start], minutes, ROME, datetime(2025, 1, 1, tzinfo=UTC))
    assert len(planned) + len(skipped) == 1
    for one in planned:
        assert one.ends_at - one.starts_at == timedelta(minutes=minutes)
        local = one.starts_at.astimezone(ROME)
        assert (local.date(), local.time()) == (day, start)


def played(start: str, end: str, number: int = 7) -> Played:
    starts, ends = (datetime.combine(MONDAY, time.fromisoformat(one), ROME).astimezone(UTC) for one in (start, end))
    return Played(number, "Hamlet", MONDAY, time.fromisoformat(start), time.fromisoformat(end), starts, ends)


def test_overlaps_are_found_with_what_the_room_has_and_within_the_plan():
    planned, _ = plan_performances([MONDAY], [time(18), EIGHT], 150, ROME, NOW)
    found = find_overlaps(planned, [played("16:00", "18:00"), played("22:00", "23:00", 8)])
    assert [(one.planned.start_time, one.played.performance_id) for one in found] == [(EIGHT, 8), (EIGHT, None)]


def test_one_that_begins_when_another_ends_does_not_overlap():
    planned, _ = plan_performances([MONDAY], [time(18), EIGHT], 120, ROME, NOW)
    assert find_overlaps(planned, [played("16:00", "18:00"), played("22:00", "23:00")]) == []


def test_a_long_one_overlaps_all_that_begin_during_it():
    planned, _ = plan_performances([MONDAY], [time(10)], 600, ROME, NOW)
    short, _ = plan_performances([MONDAY], [time(11), time(15)], 30, ROME, NOW)
    assert len(find_overlaps([*planned, *short], [])) == 2


def test_the_capacity_is_the_rooms_with_additional_seats_and_without_occupied_ones():
    assert (capacity_of(100, 10, 4), capacity_of(0, 0, 0), capacity_of(5, 0, 5)) == (106, 0, 0)
    with pytest.raises(ValueError, match="More seats"):
        capacity_of(5, 0, 6)
    with pytest.raises(ValueError, match="at most"):
        capacity_of(1_000_000, 1, 0)
