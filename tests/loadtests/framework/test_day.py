"""The compressed day: each kind of user arrives at the pace of the part of the day, and not at all where that is 0."""

from __future__ import annotations

import pytest

from loadtests.framework.day import DAY, CompressedDay, PartOfDay

PARTS = (PartOfDay(0.25, "quiet", {"A": 0.0}), PartOfDay(0.75, "busy", {"A": 2.0}), PartOfDay(1.0, "usual", {}))
TODAY = CompressedDay(1000.0, 100.0, PARTS)


@pytest.mark.parametrize(
    ("moment", "gap", "arrives"),
    [
        (1000.0, 10.0, 1030.0),  # it waits for the busy part, where 10 seconds are 5
        (1030.0, 10.0, 1035.0),
        (1070.0, 20.0, 1085.0),  # 5 seconds at pace 2, and 10 at pace 1
        (990.0, 10.0, 1030.0),  # a user that was there before the day
    ],
)
def test_a_gap_is_as_long_as_the_pace_of_the_parts_makes_it(moment, gap, arrives):
    assert TODAY.arrival("A", moment, gap) == pytest.approx(arrives)


def test_a_kind_that_is_not_named_keeps_its_pace_all_day():
    assert TODAY.arrival("B", 1010.0, 55.0) == pytest.approx(1065.0)


def test_nobody_arrives_after_the_day():
    assert TODAY.arrival("A", 1090.0, 30.0) > 1100.0 + 600.0


def test_a_whole_day_has_as_many_arrivals_as_its_parts_add_up_to():
    moment, arrivals, day = 0.0, 0, CompressedDay(0.0, 1000.0)
    while (moment := day.arrival("ContinuousOperator", moment, 1.0)) < 1000.0:
        arrivals += 1
    starts = [0.0, *(part.until for part in DAY)]
    expected = sum(
        1000.0 * (part.until - start) * part.pace["ContinuousOperator"]
        for start, part in zip(starts, DAY, strict=False)
    )
    assert arrivals == pytest.approx(expected, abs=2)
