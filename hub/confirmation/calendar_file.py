"""The calendar file: one reservation as an iCalendar event that a phone adds, moves or removes.

The UID stays the same for one reservation, so a second file with a higher SEQUENCE replaces the first entry.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vText

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """`host` names the installation in the UID; moments are aware; an empty `manage_url` leaves the link out."""

    reservation_id: int
    host: str
    venue_name: str
    venue_timezone: str
    ticket_code: str
    starts_at: datetime
    ends_at: datetime
    manage_url: str


def calendar_file(
    entry: CalendarEntry, *, stamped_at: datetime, method: Method = "PUBLISH", sequence: int = 0
) -> bytes:
    """The `.ics` text: the event in the venue's time zone with that zone's own rules beside it."""
    zone = ZoneInfo(entry.venue_timezone)
    starts, ends = entry.starts_at.astimezone(zone), entry.ends_at.astimezone(zone)
    event = Event()
    event.add("uid", f"reservation-{entry.reservation_id}@{entry.host}")
    event.add("sequence", sequence)
    event.add("dtstamp", stamped_at.astimezone(UTC))
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", f"Visit to {entry.venue_name}")
    event.add("location", entry.venue_name)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    lines = [f"Ticket {entry.ticket_code}. Show its QR code at the entrance."]
    if entry.manage_url:
        lines.append(f"View, move or cancel: {entry.manage_url}")
        event.add("url", entry.manage_url)
    event.add("description", "\n".join(lines))
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", vText("-//Venue Hub//Reservations//EN"))
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(event)
    begin = b"BEGIN:VEVENT\r\n"
    head, _, tail = calendar.to_ical().partition(begin)
    return bytes(head + _zone_block(entry.venue_timezone, starts.year) + begin + tail)


@lru_cache(maxsize=256)
def _zone_block(name: str, year: int) -> bytes:
    """The VTIMEZONE text, valid from the year before to the year after. Making it is the dear part: 2 milliseconds."""
    zone = Timezone.from_tzinfo(ZoneInfo(name), name, first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1))
    return bytes(zone.to_ical())
