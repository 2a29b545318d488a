"""The booking decision: whether a ticket may take a place in a slot, and the reason to refuse if it may not. Also the same for a
booking that takes several places in a performance, when it is requested and when it is confirmed.

The slot is checked first (missing, closed, over, full), then the ticket, because that order helps the customer most.
The caller has read both under a lock, or decides early from facts that the guarded write checks again.
"""

from dataclasses import dataclass
from datetime import datetime

from hub.rules.performance_booking import BookingState, BookingTimes, booking_state
from hub.rules.reasons import Reason
from hub.rules.ticket_lifecycle import TicketStatus


@dataclass(frozen=True, slots=True)
class BookingTicket:
    """A ticket to book with. `has_reservation` is needed because an OTA ticket stays ACTIVATED when it is reserved."""

    id: int
    org_id: int
    status: str
    valid_until: datetime | None
    venue_id: int | None
    has_reservation: bool


@dataclass(frozen=True, slots=True)
class BookingSlot:
    id: int
    org_id: int
    venue_id: int
    status: str
    starts_at: datetime
    ends_at: datetime
    total_capacity: int
    booked_count: int
    held_count: int = 0

    @property
    def free(self) -> int:
        return self.total_capacity - self.booked_count - self.held_count


_OPEN_STATUSES = frozenset({"ACTIVE", "FULL"})
_STATUS_REFUSALS: dict[str, Reason] = {
    TicketStatus.PENDING_PAYMENT: Reason.TICKET_NOT_ACTIVATED,
    TicketStatus.INACTIVE: Reason.TICKET_NOT_ACTIVATED,
    TicketStatus.RESERVED: Reason.TICKET_ALREADY_RESERVED,
    TicketStatus.VERIFIED: Reason.TICKET_ALREADY_USED,
    TicketStatus.EXPIRED: Reason.TICKET_EXPIRED,
    TicketStatus.CANCELLED: Reason.TICKET_CANCELLED,
}


def decide_booking(ticket: BookingTicket | None, slot: BookingSlot | None, now: datetime) -> Reason | None:
    """Return the reason to refuse, or None when the place may be taken."""
    return refuse_slot(slot, now) or refuse_pair(ticket, slot, now)


def refuse_slot(slot: BookingSlot | None, now: datetime, places: int = 1) -> Reason | None:
    """Return why a party of `places` cannot book this slot, whatever their tickets are.

    A slot that has begun can be booked until it ends, for customers who come late.
    """
    if slot is None:
        return Reason.SLOT_NOT_FOUND
    if slot.status not in _OPEN_STATUSES:
        return Reason.SLOT_CLOSED
    if now >= slot.ends_at:
        return Reason.SLOT_PAST
    if slot.free < places:
        return Reason.SLOT_FULL
    return None


def refuse_ticket(ticket: BookingTicket | None, now: datetime) -> Reason | None:
    """Return why this ticket can book no slot at all; also the answer to the ticket check before a slot is chosen."""
    if ticket is None:
        return Reason.TICKET_NOT_FOUND
    refusal = _STATUS_REFUSALS.get(ticket.status)
    if refusal is not None:
        return refusal
    if ticket.has_reservation:
        return Reason.TICKET_ALREADY_RESERVED
    if ticket.valid_until is not None and now >= ticket.valid_until:
        return Reason.TICKET_EXPIRED
    return None


def refuse_pair(ticket: BookingTicket | None, slot: BookingSlot | None, now: datetime) -> Reason | None:
    """Return why this ticket cannot take a place in this slot, apart from free places."""
    # Another organisation's ticket is refused first, so that the answer does not reveal its status.
    if ticket is not None and slot is not None and ticket.org_id != slot.org_id:
        return Reason.ORGANIZATION_MISMATCH
    refusal = refuse_ticket(ticket, now)
    if refusal is not None or ticket is None or slot is None:
        return refusal
    return refuse_place(ticket.venue_id, ticket.valid_until, slot)


def refuse_place(venue_id: int | None, valid_until: datetime | None, slot: BookingSlot) -> Reason | None:
    """Return why a ticket for `venue_id` (None: any venue), valid until `valid_until`, is not good for this slot.

    Bookings and moves both ask this.
    """
    if venue_id is not None and venue_id != slot.venue_id:
        return Reason.WRONG_VENUE
    if valid_until is not None and slot.starts_at >= valid_until:
        return Reason.TICKET_EXPIRED
    return None


@dataclass(frozen=True, slots=True)
class BookedPerformance:
    """A performance to book. `show_status` is DRAFT, PUBLISHED or ARCHIVED; `free` are the places the public can have."""

    show_status: str
    times: BookingTimes
    free: int


@dataclass(frozen=True, slots=True)
class RequestedBooking:
    """A booking whose link was opened. `status` is the stored one: a request may be over although it says PENDING."""

    status: str
    expires_at: datetime


def refuse_booking_request(performance: BookedPerformance | None, now: datetime, places: int) -> Reason | None:
    """Return why a party of `places` cannot request seats at this performance.

    The request takes no place. It is refused for want of places because it could not be confirmed.
    """
    if performance is None or performance.show_status == "DRAFT":
        return Reason.PERFORMANCE_NOT_FOUND
    return refuse_seats(performance, now, places)


def refuse_confirmation(
    booking: RequestedBooking | None, performance: BookedPerformance, now: datetime, places: int
) -> Reason | None:
    """Return why this booking cannot be confirmed for `places`. The link is decided first, then the performance.

    The link is too old from `expires_at` on, whether or not the job has ended the request.
    """
    if booking is None:
        return Reason.CONFIRMATION_NOT_FOUND
    if booking.status == "CONFIRMED":
        return Reason.CONFIRMATION_USED
    if booking.status == "CANCELLED":
        return Reason.BOOKING_CANCELLED
    if booking.status == "EXPIRED" or now >= booking.expires_at:
        return Reason.CONFIRMATION_EXPIRED
    return refuse_seats(performance, now, places)


def refuse_seats(performance: BookedPerformance, now: datetime, places: int) -> Reason | None:
    """Return why a party of `places` cannot have seats at this performance now."""
    if performance.show_status != "PUBLISHED" or booking_state(performance.times, now) is not BookingState.OPEN:
        return Reason.BOOKING_CLOSED
    return Reason.NO_CAPACITY if performance.free < places else None
