"""Responses of bookings: the request that waits for its confirmation, and the confirmed booking."""

from datetime import date, datetime, time
from typing import Literal

from web.api.booking.responses import VenueName
from web.api.responses import Done, Response


class BookedPerformance(Response):
    performance_id: int
    show_id: int
    title: str
    """The show's title, in the language of the request if the organiser has translated it."""
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    room: str
    venue: VenueName


class BookingPending(Response):
    booking_id: int
    status: Literal["PENDING"]
    expires_at: datetime
    """The link in the e-mail confirms the booking until then. No seat is taken before."""
    performance: BookedPerformance


class BookingPendingAnswer(Done):
    data: BookingPending


class BookingConfirmed(Response):
    booking_id: int
    status: Literal["CONFIRMED", "CHECKED_IN"]
    """CHECKED_IN only in the repeat of an answer, after people of the party came in."""
    party_size: int
    performance: BookedPerformance
    qr_code: str
    """The QR picture for the entrance as a `data:` URL. It holds a random code and nothing about the visitor."""
    code: str
    """The text of the QR code."""
    page_url: str
    """The page of the booking. It is a secret of the holder."""


class BookingConfirmedAnswer(Done):
    data: BookingConfirmed
