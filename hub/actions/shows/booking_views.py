"""Reading a booking, for whoever has the link of one of its e-mails, or for the staff of its organisation."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple

import orjson

from db.statements import load
from hub.access.randomness import token_hash
from hub.rules.performance_booking import BookingState, BookingTimes, booking_state
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

BOOKINGS = load("shows/bookings")


class BookingView(NamedTuple):
    """A booking with its performance, as it is now.

    `status` is PENDING, CONFIRMED, CHECKED_IN, CANCELLED or EXPIRED. CHECKED_IN means that people of the party are in. A request is
    EXPIRED from `expires_at` on, whether or not the job has ended it. `stored_status` is the column's.
    `code` is the token of the QR code. `waits` says that the request is on the waiting list. `first_token_hash` names the party of
    the reservation. A request and a cancelled booking have no reservation here. A named tuple, because a frozen dataclass of fifty
    fields takes 20 microseconds to make, a tenth of a confirmation.
    """

    org_id: int
    booking_id: int
    stored_status: str
    name: str
    email: str
    phone: str | None
    notes: str
    party_size: int
    admitted: int
    language: str
    consent: str
    requested_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    end_cause: str | None
    code: str
    ticket_version: int
    reservation_id: int | None
    reservation_status: str | None
    checked_in_at: datetime | None
    first_token_hash: bytes | None
    calendar_sequence: int
    performance_id: int
    performance_status: str
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    capacity: int
    available_count: int
    booking_opens_at: datetime | None
    booking_closes_at: datetime | None
    booking_closed: bool
    largest_party: int
    show_id: int
    show_title: str
    show_subtitle: str
    translations: str
    show_status: str
    room_id: int
    room: str
    room_accessibility: str
    venue_id: int
    venue_name: str
    venue_address: str
    timezone: str
    change_cutoff_hours: int
    check_in_opens_minutes: int | None
    waits: bool
    status: str

    @classmethod
    def of(cls, row: Any, now: datetime) -> "BookingView":
        """Build the view from a row of the statement `read_bookings`."""
        stored = row["status"]
        status = stored
        if stored == "PENDING" and now >= row["expires_at"]:
            status = "EXPIRED"
        elif stored == "CONFIRMED" and row["admitted"] > 0:
            status = "CHECKED_IN"
        return cls._make((*row[2:], status))

    def booking_state(self, now: datetime) -> BookingState:
        """Return whether the performance can be booked now, and why not if it cannot."""
        times = BookingTimes(
            self.performance_status, self.ends_at, self.booking_opens_at, self.booking_closes_at, self.booking_closed
        )
        return booking_state(times, now)

    @property
    def remaining(self) -> int:
        """Return how many of the party are not in yet."""
        return self.party_size - self.admitted

    @property
    def change_until(self) -> datetime:
        """Return the last time at which the holder may move or cancel a confirmed booking."""
        return self.starts_at - timedelta(hours=self.change_cutoff_hours)

    def can_change(self, now: datetime) -> bool:
        """Return whether the holder may still move or cancel this booking."""
        return self.status == "CONFIRMED" and self.reservation_status == "RESERVED" and now <= self.change_until

    def title_in(self, language: str) -> str:
        """Return the show's title in a language of the hub, or as the organiser wrote it first."""
        return title_in(self.show_title, self.translations, language)


def title_in(title: str, translations: str, language: str) -> str:
    """Return a show's title in a language of the hub, or as the organiser wrote it first. `translations` is the column's JSON."""
    if translations == "{}":
        return title
    translated = orjson.loads(translations).get(language) or {}
    return str(translated.get("title") or title)


async def booking_of_token(services: Services, token: str) -> BookingView:
    """Return the booking of the link in either e-mail. Refuses BOOKING_NOT_FOUND, RATE_LIMITED."""
    return _view(services, await services.links.look_up(token_hash(token), partial(_read_link, services)))


async def _read_link(services: Services, hashed: bytes) -> Any:
    return await services.database.fetchrow(BOOKINGS.read_bookings, [hashed], [None], [None])


async def read_booking(services: Services, org_id: int, booking_id: int) -> BookingView:
    """Return a booking of this organisation. Refuses BOOKING_NOT_FOUND."""
    return _view(
        services, await services.database.bookings.fetchrow(BOOKINGS.read_bookings, [None], [org_id], [booking_id])
    )


def _view(services: Services, row: Any) -> BookingView:
    if row is None:
        raise Refused(Reason.BOOKING_NOT_FOUND)
    return BookingView.of(row, services.clock.now())
