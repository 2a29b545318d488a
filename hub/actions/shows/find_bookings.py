"""The organiser's list of bookings: found by name, address, phone number, code or id, page by page, with the counts by status."""

import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from db.statements import load
from hub.rules.digits import ascii_digits
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import normalise
from hub.services import Services

FOUND_BOOKINGS = load("shows/found_bookings")
MOST = 200
EXPORT_PAGE = 1000
"""Bookings of an export in memory at a time."""
STATUSES = ("PENDING", "CONFIRMED", "CHECKED_IN", "CANCELLED", "EXPIRED")
Sort = Literal["name", "newest"]
_LEAST_DIGITS = 4
"""Digits of a phone number that are worth a search. The number of a street in an address has fewer."""
_LARGEST_ID = 2**53 - 1


@dataclass(frozen=True, slots=True)
class FoundBooking:
    """One booking as its organiser sees it. `status` is CHECKED_IN where people of it are in."""

    booking_id: int
    status: str
    name: str
    email: str
    phone: str | None
    notes: str
    party_size: int
    admitted: int
    language: str
    consent: str
    code: str
    reservation_id: int | None
    requested_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None
    checked_in_at: datetime | None
    ended_at: datetime | None
    end_cause: str | None
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

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class BookingCounts:
    """A performance and its bookings by status, each with the number of people. `confirmed` includes `checked_in`."""

    performance_id: int
    show_id: int
    title: str
    venue_id: int
    venue: str
    timezone: str
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    status: str
    room: str
    capacity: int
    booked: int
    held: int
    admitted: int
    pending: int
    pending_people: int
    confirmed: int
    confirmed_people: int
    checked_in: int
    checked_in_people: int
    cancelled: int
    expired: int

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.booked - self.held)

    @property
    def requests(self) -> int:
        """Return how many bookings there are, whatever became of them."""
        return self.pending + self.confirmed + self.cancelled + self.expired


@dataclass(frozen=True, slots=True)
class BookingPage:
    """One page of bookings. `next` is the `before` of the following page; None at the end."""

    bookings: list[FoundBooking]
    next: int | None


async def find_bookings(
    services: Services, org_id: int, performance_id: int, *, text: str = "", status: str | None = None,
    sort: Sort = "name", before: int | None = None, limit: int = 50,
) -> BookingPage:  # fmt: skip
    """Return the bookings of a performance that match `text` and `status`, by name or newest first.

    `text` is a part of a name or an address, whatever its accents, or of a phone number, or a code, or a booking's id.
    """
    limit = max(1, min(limit, MOST))
    rows = await services.database.reports.fetch(
        FOUND_BOOKINGS.bookings_of_performance, org_id, performance_id, services.clock.now(), sort, before, status, *_criteria(text), limit + 1
    )  # fmt: skip
    return _page(rows, limit)


async def find_bookings_anywhere(
    services: Services, org_id: int, text: str, *, before: int | None = None, limit: int = 50
) -> BookingPage:
    """Return the bookings of every performance with this whole e-mail address, code or id, newest first."""
    limit = max(1, min(limit, MOST))
    text = _tidied(text)
    rows = await services.database.reports.fetch(
        FOUND_BOOKINGS.bookings_anywhere, org_id, services.clock.now(), before, text.lower() if "@" in text else None, normalise(text),
        _id_in(text), limit + 1,
    )  # fmt: skip
    return _page(rows, limit)


async def every_booking(
    services: Services, org_id: int, performance_id: int, *, text: str = "", status: str | None = None
) -> AsyncIterator[list[FoundBooking]]:
    """Yield the bookings of a performance by name, in pages. A page is read when the caller asks for it."""
    before = None
    while True:
        rows = await services.database.reports.fetch(
            FOUND_BOOKINGS.bookings_of_performance, org_id, performance_id, services.clock.now(), "name", before, status, *_criteria(text),
            EXPORT_PAGE,
        )  # fmt: skip
        yield [FoundBooking(*row) for row in rows]
        if len(rows) < EXPORT_PAGE:
            return
        before = rows[-1]["booking_id"]


async def read_found_booking(services: Services, org_id: int, booking_id: int) -> FoundBooking:
    """Return one booking of this organisation. Refuses BOOKING_NOT_FOUND."""
    rows = await services.database.records.fetch(
        FOUND_BOOKINGS.bookings_anywhere, org_id, services.clock.now(), None, None, None, booking_id, 1
    )
    if not rows:
        raise Refused(Reason.BOOKING_NOT_FOUND)
    return FoundBooking(*rows[0])


async def count_bookings(services: Services, org_id: int, performance_id: int) -> BookingCounts:
    """Return a performance with the counts of its bookings. Refuses PERFORMANCE_NOT_FOUND."""
    row = await services.database.records.fetchrow(
        FOUND_BOOKINGS.booking_counts, org_id, performance_id, services.clock.now()
    )
    if row is None:
        raise Refused(Reason.PERFORMANCE_NOT_FOUND)
    return BookingCounts(*row)


async def mails_of_booking(services: Services, booking: FoundBooking, org_id: int) -> list[Any]:
    """Return the messages about a booking, newest first, as rows of the outbox without their content."""
    rows: list[Any] = await services.database.records.fetch(
        FOUND_BOOKINGS.mails_of_booking, org_id, booking.booking_id, booking.reservation_id
    )
    return rows


def _page(rows: list[Any], limit: int) -> BookingPage:
    found = [FoundBooking(*row) for row in rows[:limit]]
    return BookingPage(found, found[-1].booking_id if len(rows) > limit else None)


def _criteria(text: str) -> tuple[str | None, str | None, str | None, int | None]:
    """Return the patterns for name and phone, the code and the id that a search text may mean; None for what it cannot."""
    text = _tidied(text)
    if not text:
        return None, None, None, None
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.lower()) if not "\u0300" <= one <= "\u036f")
    digits = re.sub(r"\D", "", text)
    # A national number has a leading zero that the stored one, in E.164, does not have.
    phone = f"%{digits.lstrip('0')}%" if len(digits.lstrip("0")) >= _LEAST_DIGITS and _is_number(text) else None
    return f"%{_literal(plain)}%", phone, normalise(text), _id_in(text)


def _tidied(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).replace("\0", " ").split())


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+\d\s()/.]+", text) is not None


def _literal(text: str) -> str:
    """Return the text for LIKE, in which it means itself."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _id_in(text: str) -> int | None:
    text = ascii_digits(text.removeprefix("#"))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 16 and int(text) <= _LARGEST_ID else None
