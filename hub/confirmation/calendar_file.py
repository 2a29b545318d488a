"""The calendar file: visits as iCalendar events (RFC 5545), which a phone adds, moves or removes.

The UID stays the same for one reservation, so a second file with a higher SEQUENCE replaces the first entry. A party in
one slot is one event under the UID of its first reservation, so that a family of five gets one entry and not five.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from hub.text.change_promise import change_promise
from hub.text.languages import translator

if TYPE_CHECKING:
    from icalendar import Event

Method = Literal["PUBLISH", "CANCEL"]


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One event of the file. `host` names the hub in the UID, timestamps are aware, and an empty `manage_url` adds no link.

    `more_codes` are the other tickets of the party, and `organizer` is the address that its mail comes from. A booking has a
    `show_title`, a `room` and its number of `people`, and no code.
    """

    reservation_id: int
    host: str
    venue_name: str
    venue_timezone: str
    ticket_code: str
    starts_at: datetime
    ends_at: datetime
    manage_url: str
    address: str = ""
    language: str = "en"
    more_codes: tuple[str, ...] = ()
    organizer: str = ""
    sequence: int = 0
    cancelled: bool = False
    show_title: str = ""
    room: str = ""
    people: int = 1
    change_until: datetime | None = None
    """Until when the visit may be moved or cancelled; None says nothing of it."""

    @property
    def title(self) -> str:
        return self.show_title or translator(self.language).gettext("Visit to {venue}").format(venue=self.venue_name)

    @property
    def location(self) -> str:
        return ", ".join(part for part in (self.room, self.venue_name, self.address) if part)


def prepare() -> None:
    """Import the iCalendar library now (40 ms), so that the first e-mail does not wait for it."""
    import_module("icalendar")


def calendar_file(
    entry: CalendarEntry, *, stamped_at: datetime, method: Method = "PUBLISH", sequence: int = 0
) -> bytes:
    """Return the `.ics` text of one reservation."""
    return calendar_of(
        [replace(entry, sequence=sequence, cancelled=method == "CANCEL")],
        stamped_at=stamped_at,
    )


def calendar_of(entries: Sequence[CalendarEntry], *, stamped_at: datetime) -> bytes:
    """Return the `.ics` text of entries of one venue, in the venue's time zone, with the VTIMEZONE block of that zone."""
    from icalendar import Calendar, vText

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", vText("-//Venue Hub//Reservations//EN"))
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method_of(entries))
    for entry in entries:
        calendar.add_component(_event(entry, stamped_at))
    years = [entry.starts_at.year for entry in entries]
    begin = b"BEGIN:VEVENT\r\n"
    head, _, tail = calendar.to_ical().partition(begin)
    return bytes(head + _zone_block(entries[0].venue_timezone, min(years), max(years)) + begin + tail)


def method_of(entries: Sequence[CalendarEntry]) -> Method:
    """Return CANCEL if every entry is cancelled, else PUBLISH: with CANCEL a calendar removes all entries of the file."""
    return "CANCEL" if all(entry.cancelled for entry in entries) else "PUBLISH"


def _event(entry: CalendarEntry, stamped_at: datetime) -> "Event":
    from icalendar import Event, vCalAddress, vText

    _ = translator(entry.language).gettext
    zone = ZoneInfo(entry.venue_timezone)
    event = Event()
    event.add("uid", f"reservation-{entry.reservation_id}@{entry.host}")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", stamped_at.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("summary", entry.title)
    event.add("location", entry.location)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    if entry.organizer:
        organizer = vCalAddress(f"mailto:{entry.organizer}")
        organizer.params["CN"] = vText(entry.venue_name)
        event.add("organizer", organizer)
    if entry.show_title:
        people = translator(entry.language).ngettext(
            "Booked for {count} person.", "Booked for {count} people.", entry.people
        )
        lines = [
            people.format(count=entry.people),
            _("Show your QR code at the entrance. It's in your confirmation email."),
        ]
    elif entry.more_codes:
        codes = ", ".join((entry.ticket_code, *entry.more_codes))
        lines = [_("Tickets {codes}. Show their QR codes at the entrance.").format(codes=codes)]
    else:
        lines = [_("Ticket {code}. Show its QR code at the entrance.").format(code=entry.ticket_code)]
    if entry.manage_url:
        changeable = entry.change_until is not None and stamped_at <= entry.change_until
        if entry.change_until is not None:
            lines.append(change_promise(entry.change_until, stamped_at, zone, entry.language))
        words = _("View, move or cancel: {link}") if changeable else _("View your visit: {link}")
        lines.append(words.format(link=entry.manage_url))
        event.add("url", entry.manage_url)
    event.add("description", "\n".join(lines))
    return event


@lru_cache(maxsize=256)
def _zone_block(name: str, first_year: int, last_year: int) -> bytes:
    """Return the VTIMEZONE text, from the year before to the year after. It is cached, because making it takes 2 ms."""
    from icalendar import Timezone

    first, last = date(first_year - 1, 1, 1), date(last_year + 2, 1, 1)
    return bytes(Timezone.from_tzinfo(ZoneInfo(name), name, first_date=first, last_date=last).to_ical())
