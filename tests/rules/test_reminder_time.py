"""Reminder times: the nearest due reminder, unless it is too late for what it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.rules.reminder_time import DueReminder, due_reminder

START = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)


def before(hours: float) -> datetime:
    return START - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("hours_before", "due"),
    [
        (24.001, None), (24, 24), (18, 24), (12.001, 24),
        (12, None),  # half of its notice has passed: "in 24 hours" would be wrong
        (3, None), (2, 2), (1.001, 2), (1, None), (0, None), (-1, None),
    ],
)  # fmt: skip
def test_the_reminders_of_a_visit(hours_before, due):
    found = due_reminder(START, [24, 2], before(hours_before))
    assert (found.hours if found else None) == due


def test_a_hub_that_was_away_sends_the_nearest_alone():
    assert due_reminder(START, [24, 20, 16], before(15)) == DueReminder(16, before(16), before(8))


def test_a_venue_without_reminders_sends_none():
    assert due_reminder(START, [], before(1)) is None
    assert due_reminder(START, [0], before(0)) is None
