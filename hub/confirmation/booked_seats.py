"""Booked seats: a booking and its performance, in the form that e-mails and calendar files use."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from hub.confirmation.calendar_file import CalendarEntry


@dataclass(frozen=True, slots=True)
class Show:
    """The show of a performance, and the room it plays in. `translations` holds its texts by language."""

    show_id: int
    title: str
    translations: Mapping[str, Any]
    room: str

    @classmethod
    def of(cls, row: Any) -> "Show":
        """Build it from a row of `outbox.shows` or `outbox.bookings`."""
        texts = row["translations"]
        known = json.loads(texts) if isinstance(texts, str) else texts
        return cls(row["show_id"], row["title"], known if isinstance(known, dict) else {}, row["room"])

    def title_in(self, language: str) -> str:
        """Return the title in this language, or the show's own title if it has no translation."""
        texts = self.translations.get(language)
        title = texts.get("title") if isinstance(texts, dict) else None
        return title if isinstance(title, str) and title else self.title


@dataclass(frozen=True, slots=True)
class BookedSeats:
    """A booking with its performance and venue. Date and times are the venue's local ones, timestamps are aware UTC.

    `code` is what its QR code holds. `reservation_id` is None for a request that was never confirmed.
    """

    booking_id: int
    status: str
    name: str
    party_size: int
    admitted: int
    code: str
    expires_at: datetime
    reservation_id: int | None
    calendar_sequence: int
    show: Show
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    opens_minutes: int | None
    venue_name: str
    address: str
    slug: str
    contact_email: str
    contact_phone: str
    timezone: str
    change_cutoff_hours: int

    @classmethod
    def of(cls, row: Any) -> "BookedSeats":
        """Build it from a row of `outbox.bookings`."""
        return cls(**{name: row[name] for name in _COLUMNS}, show=Show.of(row))

    @property
    def change_until(self) -> datetime:
        """Return the last time at which the holder may move or cancel the booking."""
        return self.starts_at - timedelta(hours=self.change_cutoff_hours)

    @property
    def check_in_from(self) -> datetime | None:
        """Return when check-in opens; None if the venue names no time."""
        return None if self.opens_minutes is None else self.starts_at - timedelta(minutes=self.opens_minutes)

    def calendar_entry(
        self, *, host: str, page_url: str, language: str, organizer: str = "", cancelled: bool = False
    ) -> CalendarEntry:
        """Return the calendar's entry. It has no code: a calendar is shared more readily than an e-mail."""
        return CalendarEntry(
            reservation_id=self.reservation_id or 0,
            host=host,
            venue_name=self.venue_name,
            venue_timezone=self.timezone,
            ticket_code="",
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            manage_url="" if cancelled else page_url,
            address=self.address,
            language=language,
            organizer=organizer,
            sequence=self.calendar_sequence + cancelled,
            cancelled=cancelled,
            show_title=self.show.title_in(language),
            room=self.show.room,
            people=self.party_size,
            change_until=self.change_until,
        )


_COLUMNS = (
    "booking_id", "status", "name", "party_size", "admitted", "code", "expires_at", "reservation_id", "calendar_sequence",
    "date", "start_time", "end_time", "starts_at", "ends_at", "opens_minutes", "venue_name", "address", "slug", "contact_email", "contact_phone", "timezone",
    "change_cutoff_hours",
)  # fmt: skip


def by_number(rows: Sequence[Any]) -> dict[int, Any]:
    """Return the rows by `n`, the number of the message that each was read for."""
    return {row["n"]: row for row in rows}
