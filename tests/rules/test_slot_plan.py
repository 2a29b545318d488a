"""Opening hours become slots by the wall clock, also on the days the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules.slot_plan import plan_slots

ROME = ZoneInfo("Europe/Rome")
DAY = date(2026, 11, 20)


def labels(slots):
    return [f"{slot.start_time:%H:%M}-{slot.end_time:%H:%M}" for slot in slots]


def test_opening_hours_become_slots_on_each_day():
    slots = plan_slots(DAY, 2, time(10), time(16), 120, ROME)
    assert labels(slots) == ["10:00-12:00", "12:00-14:00", "14:00-16:00"] * 2
    assert [slot.date for slot in slots] == [DAY] * 3 + [DAY + timedelta(days=1)] * 3
    assert slots[0].starts_at == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_a_remainder_before_closing_is_no_slot():
    assert labels(plan_slots(DAY, 1, time(10), time(13), 90, ROME)) == ["10:00-11:30", "11:30-13:00"]
    assert labels(plan_slots(DAY, 1, time(10), time(12, 30), 90, ROME)) == ["10:00-11:30"]


def test_closing_at_and_after_midnight():
    assert labels(plan_slots(DAY, 1, time(22), time(0), 60, ROME)) == ["22:00-23:00", "23:00-00:00"]
    late = plan_slots(DAY, 1, time(23), time(1, 30), 75, ROME)
    assert labels(late) == ["23:00-00:15", "00:15-01:30"]
    assert [slot.date for slot in late] == [DAY, DAY + timedelta(days=1)]
    assert len(plan_slots(DAY, 1, time(0), time(0), 60, ROME)) == 24


def test_when_clocks_go_forward_the_missing_hour_has_no_slot():
    slots = plan_slots(date(2026, 3, 29), 1, time(0), time(6), 60, ROME)
    assert labels(slots) == ["00:00-01:00", "01:00-03:00", "03:00-04:00", "04:00-05:00", "05:00-06:00"]
    assert all(slot.ends_at - slot.starts_at == timedelta(hours=1) for slot in slots)


def test_when_clocks_go_back_the_repeated_hour_makes_one_longer_slot():
    slots = plan_slots(date(2026, 10, 25), 1, time(0), time(6), 60, ROME)
    assert labels(slots) == [f"{hour:02}:00-{hour + 1:02}:00" for hour in range(6)]
    assert [(slot.ends_at - slot.starts_at) / timedelta(hours=1) for slot in slots] == [1, 1, 2, 1, 1, 1]


@pytest.mark.parametrize(
    ("days", "opens", "closes", "minutes", "says"),
    [
        (0, time(10), time(12), 60, "days"),
        (10_000, time(10), time(12), 60, "days"),
        (1, time(10), time(12), 0, "minutes"),
        (1, time(10), time(12), -5, "minutes"),
        (1, time(10), time(12), 2000, "minutes"),
        (1, time(10), time(10), 60, "same time"),
        (1, time(10), time(11), 90, "does not fit"),
        (1, time(10, 0, 30), time(12), 60, "full minute"),
        (1, time(10, tzinfo=UTC), time(12), 60, "time zone"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(days, opens, closes, minutes, says):
    with pytest.raises(ValueError, match=says):
        plan_slots(DAY, days, opens, closes, minutes, ROME)


def test_the_end_of_the_calendar_is_refused():
    with pytest.raises(ValueError, match="calendar"):
        plan_slots(date.max, 1, time(10), time(12), 60, ROME)


minute_of_day = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))


@given(
    first=st.dates(date(2024, 1, 1), date(2030, 12, 31)) | st.sampled_from([date(2026, 3, 29), date(2026, 10, 25)]),
    opens=minute_of_day,
    closes=minute_of_day,
    minutes=st.integers(5, 400),
    zone=st.sampled_from(["Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "Africa/Cairo"]),
)
def test_planned_slots_never_overlap_and_their_labels_are_the_wall_clock(first, opens, closes, minutes, zone):
    try:
        slots = plan_slots(first, 2, opens, closes, minutes, ZoneInfo(zone))
    except ValueError:
        return
    assert len({(slot.date, slot.start_time) for slot in slots}) == len(slots)
    for slot in slots:
        assert slot.starts_at < slot.ends_at
        assert slot.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(
            slot.date, slot.start_time
        )
        assert slot.ends_at.astimezone(ZoneInfo(zone)).time() == slot.end_time
    for earlier, later in pairwise(slots):
        assert earlier.ends_at <= later.starts_at
