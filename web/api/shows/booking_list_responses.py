"""Responses about bookings for their organiser."""

from datetime import date, datetime, time
from typing import Literal

from web.api.responses import Done, Response

BookingStatus = Literal["PENDING", "CONFIRMED", "CHECKED_IN", "CANCELLED", "EXPIRED"]


class ListedPerformance(Response):
    performance_id: int
    show_id: int
    title: str
    venue_id: int
    timezone: str
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    room: str


class ListedBooking(Response):
    booking_id: int
    status: BookingStatus
    """`CHECKED_IN` from the first person of the party on."""
    name: str
    email: str
    phone: str | None
    notes: str
    party_size: int
    admitted: int
    """How many of the party are in."""
    language: str
    consent: str
    """The words that the visitor agreed to."""
    reservation_id: int | None
    """The reservation that holds the seats; null before the confirmation and after a cancellation."""
    requested_at: datetime
    expires_at: datetime
    """Until when a `PENDING` booking can be confirmed."""
    confirmed_at: datetime | None
    checked_in_at: datetime | None
    ended_at: datetime | None
    end_cause: Literal["expired", "holder", "staff", "no_show", "performance"] | None
    performance: ListedPerformance


class CountedBookings(Response):
    capacity: int
    booked: int
    """Seats of confirmed bookings, those checked in included."""
    held: int
    """Seats that are kept for the waiting list."""
    admitted: int
    """People who are in."""
    pending: int
    pending_people: int
    confirmed: int
    """Confirmed bookings, those checked in included."""
    confirmed_people: int
    checked_in: int
    """Bookings of which somebody is in."""
    checked_in_people: int
    cancelled: int
    expired: int


class BookingList(Response):
    bookings: list[ListedBooking]
    next: int | None
    """The `before` of the next page; null at the end."""
    counts: CountedBookings | None
    """The counts of the whole performance, whatever the filter; null for a search over all performances."""


class BookingListAnswer(Done):
    data: BookingList


class ListedBookingAnswer(Done):
    data: ListedBooking
