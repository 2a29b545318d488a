"""Quiet hours: when a venue's text messages may go out."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOOK_BACK = timedelta(hours=1)
"""How long after a booking its confirmation by text message still helps. Quiet hours do not count."""


@dataclass(frozen=True, slots=True)
class TextingTime:
    """A time of text messages, which ends at `until` (None: never). Visits booked from `since` on may still need a confirmation."""

    since: datetime
    until: datetime | None


def texting_time(now: datetime, zone: ZoneInfo, quiet: str | None) -> TextingTime | None:
    """Return the time of text messages that `now` lies in; None in the quiet hours (`22:00-08:00` in `zone`, or None for none)."""
    since = now - LOOK_BACK
    if quiet is None:
        return TextingTime(since, None)
    begin, end = (time.fromisoformat(part) for part in quiet.split("-"))
    today = now.astimezone(zone).date()
    until: datetime | None = None
    for day in (today + timedelta(days=n) for n in (-1, 0, 1, 2)):
        # Compared in UTC: within one zone Python compares the clocks on the wall, which go back once a year.
        begins = datetime.combine(day, begin, zone).astimezone(UTC)
        ends = datetime.combine(day + timedelta(days=int(end <= begin)), end, zone).astimezone(UTC)
        if begins <= now < ends:
            return None
        if ends <= now < ends + LOOK_BACK:
            since = begins - (LOOK_BACK - (now - ends))
        if begins > now and until is None:
            until = begins
    return TextingTime(since, until)
