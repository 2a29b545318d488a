"""Confirmation facts: reads the bookings that are being confirmed and their performances, and applies the rules to them."""

from datetime import datetime
from typing import Any

from db.statements import load
from hub.actions.booking.booking_request import PendingBooking, Reserved, SlotStates, remember_slot
from hub.rules.booking_decision import BookedPerformance, RequestedBooking, refuse_confirmation
from hub.rules.performance_booking import BookingState, BookingTimes, booking_state
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

BOOKING = load("booking/reservations")


async def decide_confirmations(connection: Any, batch: list[PendingBooking], now: datetime, slots: SlotStates) -> None:
    """Read the facts of confirmations in one statement, and answer repeats and refusals. Otherwise as `decide_bookings`."""
    rows = await connection.fetch(
        BOOKING.read_confirmations,
        [booking.request.org_id for booking in batch],
        [booking.request.ticket_id for booking in batch],
        [booking.key_hash for booking in batch],
        now,
    )
    for booking, row in zip(batch, rows, strict=True):
        booking.rows = [row]
        booking.answer = _decide(booking, row, now)
        if row["slot_id"] is not None:
            performance = performance_of(row)
            is_open = booking_state(performance.times, now) is BookingState.OPEN
            remember_slot(
                slots, (booking.request.org_id, row["slot_id"]), performance.free if is_open else 0, row["revision"]
            )


def performance_of(row: Any) -> BookedPerformance:
    """Return the performance of a row of `read_confirmations`, as the rules want it."""
    times = BookingTimes(
        row["slot_status"], row["ends_at"], row["booking_opens_at"], row["booking_closes_at"], row["booking_closed"]
    )
    return BookedPerformance(row["show_status"], times, row["total_capacity"] - row["booked_count"] - row["held_count"])


def _decide(booking: PendingBooking, row: Any, now: datetime) -> tuple[Reserved, ...] | Refused | None:
    request, confirmation = booking.request, booking.request.confirmation
    if confirmation is None or row["slot_id"] is None or row["confirm_hash"] != confirmation.token_hash:
        return Refused(Reason.CONFIRMATION_NOT_FOUND)
    if row["body_hash"] is not None:
        if row["body_hash"] != request.body_hash:
            return Refused(Reason.IDEMPOTENCY_KEY_REUSED)
        return (_reserved(row, row["first_reservation_id"], row["manage_token"]),)
    if row["slot_id"] != request.slot_id:
        # The request was moved to another performance since it was read: read it again.
        return Refused(Reason.BUSY)
    performance = performance_of(row)
    requested = RequestedBooking(row["booking_status"], row["expires_at"])
    reason = refuse_confirmation(requested, performance, now, confirmation.places)
    if reason is Reason.NO_CAPACITY:
        return Refused(reason, available_count=max(performance.free, 0))
    return None if reason is None else Refused(reason)


def _reserved(row: Any, reservation_id: int, manage_token: str) -> Reserved:
    return Reserved(reservation_id, row["code"], row["slot_id"], row["venue_id"], row["date"], row["start_time"],
                    row["end_time"], manage_token)  # fmt: skip
