"""Booking of a performance: open between its two times, unless it is closed by hand, cancelled or over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.rules.performance_booking import BookingState, BookingTimes, booking_state

NOW = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
HOUR, MOMENT = timedelta(hours=1), timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "OPEN"),
        ({"booking_opens_at": NOW}, "OPEN"),
        ({"booking_opens_at": NOW + MOMENT}, "NOT_YET"),
        ({"booking_closes_at": NOW + MOMENT}, "OPEN"),
        ({"booking_closes_at": NOW}, "CLOSED"),
        ({"booking_closed": True}, "CLOSED"),
        ({"booking_closed": True, "booking_opens_at": NOW + HOUR}, "CLOSED"),
        ({"booking_opens_at": NOW + HOUR, "booking_closes_at": NOW - HOUR}, "CLOSED"),
        ({"ends_at": NOW + MOMENT}, "OPEN"),
        ({"ends_at": NOW}, "OVER"),
        ({"ends_at": NOW, "booking_closed": True}, "OVER"),
        ({"slot_status": "CLOSED"}, "CANCELLED"),
        ({"slot_status": "CLOSED", "ends_at": NOW - HOUR}, "CANCELLED"),
    ],
)
def test_the_state_of_booking(changes: dict[str, Any], state: str) -> None:
    facts: dict[str, Any] = {
        "slot_status": "ACTIVE", "ends_at": NOW + HOUR, "booking_opens_at": None, "booking_closes_at": None,
        "booking_closed": False,
    }  # fmt: skip
    assert booking_state(BookingTimes(**facts | changes), NOW) is BookingState(state)
