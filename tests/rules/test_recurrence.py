"""Events of a calendar repeat as RFC 5545 says, on whole days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hub.rules.recurrence import Repetition, occurrences

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)


@pytest.mark.parametrize(
    ("start", "rule", "days"),
    [
        (date(2001, 12, 25), Repetition("YEARLY"), [date(2026, 12, 25), date(2027, 12, 25)]),
        (date(2024, 2, 29), Repetition("YEARLY"), []),
        (date(2001, 11, 22), Repetition("YEARLY", months=(11,), weekdays=((4, 4),)), [date(2026, 11, 26), date(2027, 11, 25)]),
        (date(2001, 5, 28), Repetition("YEARLY", months=(5,), weekdays=((1, -1),)), [date(2026, 5, 25), date(2027, 5, 31)]),
        (date(2025, 5, 1), Repetition("YEARLY", interval=2), [date(2027, 5, 1)]),
        (date(2025, 1, 6), Repetition("YEARLY", count=2), [date(2026, 1, 6)]),
        (date(2026, 1, 31), Repetition("MONTHLY", until=date(2026, 5, 31)), [date(2026, m, 31) for m in (1, 3, 5)]),
        (date(2026, 11, 1), Repetition("MONTHLY", month_days=(-1,), until=date(2026, 12, 31)), [date(2026, 11, 30), date(2026, 12, 31)]),
        (date(2026, 11, 2), Repetition("WEEKLY", interval=2, count=3), [date(2026, 11, 2), date(2026, 11, 16), date(2026, 11, 30)]),
        (date(2026, 11, 3), Repetition("WEEKLY", weekdays=((1, 0), (3, 0)), until=date(2026, 11, 10)), [date(2026, 11, 4), date(2026, 11, 9)]),
        (date(2027, 12, 29), Repetition("DAILY"), [date(2027, 12, 29) + timedelta(days=n) for n in range(3)]),
        (date(2026, 1, 1), Repetition("YEARLY", months=(2,), month_days=(30,)), []),
    ],
)  # fmt: skip
def test_a_rule_gives_the_days_of_the_span(start, rule, days):
    assert occurrences(start, rule, FIRST, LAST) == days


def test_a_rule_that_counts_from_long_ago_is_refused():
    with pytest.raises(ValueError, match="too long ago"):
        occurrences(date(1990, 1, 1), Repetition("YEARLY", count=40), FIRST, LAST)
