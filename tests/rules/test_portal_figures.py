"""Figures of the booking page: histogram, median and sums."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hub.rules.portal_figures import EDGES, PortalSums, histogram, median, sum_of, within_goal

SECONDS = st.lists(st.integers(min_value=0, max_value=200_000), max_size=50)


def test_a_booking_belongs_to_the_part_that_begins_at_its_seconds() -> None:
    found = histogram(Counter([0, 59, 60, 179, 180, 3599, 3600, 86399, 86400, 900_000]))
    assert [bookings for *_, bookings in found] == [2, 1, 1, 1, 0, 0, 1, 2, 2]
    assert found[0][:2] == (0, 60)
    assert found[-1][:2] == (86400, None)


@given(SECONDS)
def test_every_booking_is_in_one_part(seconds: list[int]) -> None:
    assert sum(bookings for *_, bookings in histogram(Counter(seconds))) == len(seconds)
    assert [begin for begin, *_ in histogram(Counter(seconds))] == list(EDGES)


@given(SECONDS)
def test_half_of_the_bookings_took_the_median_at_most(seconds: list[int]) -> None:
    found = median(Counter(seconds))
    if not seconds:
        assert found is None
    else:
        assert sorted(seconds)[(len(seconds) - 1) // 2] == found


def test_three_minutes_are_over_the_goal() -> None:
    assert within_goal(Counter([170, 170, 180])) == 2


def test_a_booked_ticket_has_a_verified_contact_and_days_can_be_added() -> None:
    days = [PortalSums(), PortalSums()]
    days[0].tickets(None, False, 3)
    days[0].tickets(None, True, 2)
    days[1].tickets(40, False, 1)
    days[1].tickets(40, True, 4)
    whole = sum_of(days)
    assert (whole.checked, whole.contact_verified, whole.booked) == (10, 7, 5)
    assert whole.seconds == Counter({40: 5})
