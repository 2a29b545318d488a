"""Booking of a performance: whether it is open at a moment, and why not if it is not."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BookingState(StrEnum):
    """OPEN: a booking may be requested while places are free. The others say why none may be."""

    OPEN = "OPEN"
    NOT_YET = "NOT_YET"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"
    OVER = "OVER"


@dataclass(frozen=True, slots=True)
class BookingTimes:
    """What decides whether a performance can be booked. `slot_status` is the slot's: ACTIVE or CLOSED (cancelled)."""

    slot_status: str
    ends_at: datetime
    booking_opens_at: datetime | None
    booking_closes_at: datetime | None
    booking_closed: bool


def booking_state(times: BookingTimes, now: datetime) -> BookingState:
    """Return the state at `now`: open from `booking_opens_at` to `booking_closes_at`, which is the end if it is None."""
    if times.slot_status == "CLOSED":
        return BookingState.CANCELLED
    if now >= times.ends_at:
        return BookingState.OVER
    if times.booking_closed or (times.booking_closes_at is not None and now >= times.booking_closes_at):
        return BookingState.CLOSED
    if times.booking_opens_at is not None and now < times.booking_opens_at:
        return BookingState.NOT_YET
    return BookingState.OPEN
