"""The slot plan: the slots of opening hours, correct also on days with a change to or from daylight saving time.

Slots follow the local time: an hourly venue has a slot at every full hour, so labels stay unique within a day. When clocks
go forward, the slot that would begin inside the missing hour is left out, and the one before it keeps its real length. When
they go back, the slot with the repeated hour is an hour longer.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_MOST_DAYS = 731
_LEAST_MINUTES = 5
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """A slot to store. `date` and the times are the venue's local ones; `starts_at` and `ends_at` are aware UTC."""

    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime


def plan_slots(  # noqa: PLR0917  reads like the command line it serves
    first: date,
    days: int,
    open: time,  # noqa: A002  the name of the command line option
    close: time,
    minutes: int,
    zone: tzinfo,
) -> list[PlannedSlot]:
    """Return all slots of `days` opening days from `first` on, in order of time.

    `close` at or before `open` means after midnight; 00:00 to 00:00 is the whole day. A slot that begins after midnight
    carries the next calendar date. A remainder shorter than `minutes` before closing is left out.
    Raises ValueError with a readable sentence when the hours make no sense.
    """
    length = _opening_minutes(days, open, close, minutes)
    try:
        first + timedelta(days=days + 1)
    except OverflowError:
        raise ValueError("the last day lies beyond the calendar") from None
    step = timedelta(minutes=minutes)
    slots: list[PlannedSlot] = []
    for number in range(days):
        opening = datetime.combine(first + timedelta(days=number), open)
        starts = [opening + step * piece for piece in range(length // minutes)]
        existing = [start for start in starts if exists_locally(start, zone)]
        for position, start in enumerate(existing):
            begins = instant_of(start, zone)
            ends = instant_of(start + step, zone)
            if position + 1 < len(existing):
                ends = min(ends, instant_of(existing[position + 1], zone))
            shown_end = ends.astimezone(zone).time()
            slots.append(PlannedSlot(start.date(), start.time(), shown_end, begins, ends))
    return slots


def _opening_minutes(days: int, opening: time, closing: time, minutes: int) -> int:
    """Return the minutes from opening to closing; raise ValueError if the hours make no sense."""
    if not 1 <= days <= _MOST_DAYS:
        raise ValueError(f"days must be between 1 and {_MOST_DAYS}")
    if not _LEAST_MINUTES <= minutes <= _DAY_MINUTES:
        raise ValueError(f"minutes must be between {_LEAST_MINUTES} and {_DAY_MINUTES}")
    for name, moment in (("open", opening), ("close", closing)):
        if moment.tzinfo is not None:
            raise ValueError(f"{name} must be the venue's wall clock time, without a time zone")
        if moment.second or moment.microsecond:
            raise ValueError(f"{name} must be a full minute")
    opens = opening.hour * 60 + opening.minute
    closes = closing.hour * 60 + closing.minute
    if opens == closes and opens != 0:
        raise ValueError("open and close are the same time; use 00:00 and 00:00 for the whole day")
    length = closes - opens if closes > opens else closes - opens + _DAY_MINUTES
    if minutes > length:
        raise ValueError(f"a slot of {minutes} minutes does not fit into {length} minutes of opening")
    return length


def instant_of(wall: datetime, zone: tzinfo) -> datetime:
    """Return the UTC time of a local time. A time in the missing hour is read by the offset before the change."""
    return wall.replace(tzinfo=zone).astimezone(UTC)


def exists_locally(wall: datetime, zone: tzinfo) -> bool:
    """Return whether clocks show this local time: not in the hour that is skipped in spring."""
    return instant_of(wall, zone).astimezone(zone).replace(tzinfo=None) == wall
