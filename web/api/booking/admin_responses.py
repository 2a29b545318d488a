"""Responses to managers about reservations."""

from datetime import date, datetime, time
from typing import Literal

from web.api.responses import Done, ReservationStatus, Response


class ListedSlot(Response):
    slot_id: int
    venue_id: int
    venue: str
    timezone: str
    date: date
    start_time: time
    end_time: time
    whole_day: bool
    """A guest of the whole day."""
    show_id: int | None
    title: str | None


class ListedReservation(Response):
    reservation_id: int
    status: ReservationStatus
    people: int
    """How many come in with its code."""
    admitted: int
    booked_together: int
    """How many reservations were made together with this one, itself included."""
    ticket_id: int
    ticket_code: str | None
    """Null for a booking and a guest, whose code lets in a party."""
    booking_id: int | None
    guest_id: int | None
    channel: Literal["direct", "mini_program", "ota", "booking", "guest"]
    product: str | None
    order_reference: str | None
    name: str | None
    email: str
    """Empty if the visitor left none, or once personal data was erased."""
    phone: str
    language: str
    reserved_at: datetime
    moved_at: datetime | None
    verified_at: datetime | None
    cancelled_at: datetime | None
    cancel_cause: str | None
    slot: ListedSlot
    version: int
    """Counts the changes. `If-Match` names it."""


class ReservationList(Response):
    reservations: list[ListedReservation]
    next: int | None
    """The `before` of the next page; null at the end. A page may be short, or empty, and have a next one."""
    capped: bool
    """More match than a search looks at: search for more words."""


class ReservationListAnswer(Done):
    data: ReservationList


class ListedReservationAnswer(Done):
    data: ListedReservation
