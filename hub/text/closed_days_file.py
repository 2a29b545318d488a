"""Closed days of a calendar file (iCalendar, RFC 5545): its events that last whole days, repeated ones included."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from hub.rules.recurrence import Repetition, occurrences

MOST_BYTES = 512 * 1024
MOST_EVENTS = 2000
MOST_REPEATED = 500
"""Each costs up to five milliseconds."""
MOST_DAYS_OF_EVENT = 366
LONGEST_NAME = 100

_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"}
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class NamedDay:
    date: date
    name: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An event that gives no closed day, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClosedDaysFile:
    """The days of a file in order, each once, and the events that were left out."""

    days: tuple[NamedDay, ...]
    left_out: tuple[LeftOut, ...]


def read_closed_days(content: bytes, first: date, last: date) -> ClosedDaysFile:
    """Return the whole days from `first` to `last` that events of the file take, with their names.

    Raises ValueError with a readable sentence for a file that is too large, is no calendar, or has no or too many events.
    """
    events = _events_of(content)
    names: dict[date, str] = {}
    left_out: list[LeftOut] = []
    for event in events:
        name = _name_of(event)
        try:
            days = sorted(day for day in _days_of(event, first, last) if first <= day <= last)
        except ValueError as wrong:
            left_out.append(LeftOut(name, str(wrong)))
            continue
        except (OverflowError, AttributeError, TypeError, KeyError, IndexError):
            left_out.append(LeftOut(name, "cannot be read"))
            continue
        if not days:
            left_out.append(LeftOut(name, "is over, or not within two years"))
        for day in days:
            names.setdefault(day, name)
    return ClosedDaysFile(tuple(NamedDay(day, names[day]) for day in sorted(names)), tuple(left_out))


def _events_of(content: bytes) -> list[Any]:
    if len(content) > MOST_BYTES:
        raise ValueError(f"A calendar file has at most {MOST_BYTES // 1024} KB")
    if b"BEGIN:VCALENDAR" not in content[:1024].upper():
        raise ValueError("This is no calendar file: choose one that ends in .ics")
    try:
        from icalendar import Calendar  # not at start-up: few processes ever read such a file

        calendars = Calendar.from_ical(content, multiple=True)
    except Exception:  # noqa: BLE001  the parser raises many kinds of errors for damaged files
        raise ValueError("This calendar file is damaged") from None
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if not events:
        raise ValueError("This calendar file has no events")
    if len(events) > MOST_EVENTS:
        raise ValueError(f"A calendar file has at most {MOST_EVENTS} events")
    if sum("RRULE" in event for event in events) > MOST_REPEATED:
        raise ValueError(f"A calendar file has at most {MOST_REPEATED} events that repeat")
    return events


def _name_of(event: Any) -> str:
    text = str(event.get("SUMMARY", ""))
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:LONGEST_NAME]


def _days_of(event: Any, first: date, last: date) -> set[date]:
    start, length = _whole_days(event)
    if event.get("STATUS") == "CANCELLED":
        raise ValueError("is cancelled")
    starts = {start}
    rule = event.get("RRULE")
    if rule is not None:
        if isinstance(rule, list) or _is_broken(rule):
            raise ValueError("repeats by a rule that cannot be read")
        reach = timedelta(days=length - 1)
        starts = set(occurrences(start, _repetition(rule), first - reach, last))
    starts |= set(_dates_in(event.get("RDATE")))
    starts -= set(_dates_in(event.get("EXDATE")))
    return {one + timedelta(days=n) for one in starts for n in range(length)}


def _whole_days(event: Any) -> tuple[date, int]:
    """Return the first day of an event and how many days it lasts. Raises ValueError for one that does not last whole days."""
    start = _moment_of(event.get("DTSTART"))
    if start is None:
        raise ValueError("has no day that can be read")
    end = _moment_of(event.get("DTEND"))
    if end is None:
        duration = getattr(event.get("DURATION"), "dt", None)
        whole = isinstance(duration, timedelta) or not isinstance(start, datetime)
        if not whole:
            raise ValueError("does not last whole days")
        end = start + (duration if isinstance(duration, timedelta) else timedelta(days=1))
    for one in (start, end):
        if isinstance(one, datetime) and one.time() != time(0):
            raise ValueError("does not last whole days")
    begins, ends = _date_of(start), _date_of(end)
    length = max((ends - begins).days, 0 if isinstance(start, datetime) else 1)
    if length < 1:
        raise ValueError("does not last whole days")
    if length > MOST_DAYS_OF_EVENT:
        raise ValueError("lasts longer than a year")
    return begins, length


def _moment_of(value: Any) -> date | None:
    found = None if _is_broken(value) else getattr(value, "dt", None)
    return found if isinstance(found, date) else None


def _date_of(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _dates_in(value: Any) -> Iterator[date]:
    for group in value if isinstance(value, list) else [value]:
        for one in getattr(group, "dts", ()):
            if isinstance(one.dt, date):
                yield _date_of(one.dt)


def _repetition(rule: Any) -> Repetition:
    """Return the rule of an event. Raises ValueError for one that whole days do not need."""
    parts = {str(name).upper(): list(values) if isinstance(values, list) else [values] for name, values in rule.items()}
    frequency = str(parts.get("FREQ", [""])[0]).upper()
    if frequency not in _FREQUENCIES or set(parts) - _PARTS:
        raise ValueError("repeats by a rule that is not supported")
    until = parts.get("UNTIL", [None])[0]
    interval, count = int(parts.get("INTERVAL", [1])[0]), parts.get("COUNT", [None])[0]
    if not 1 <= interval <= 1000 or (count is not None and int(count) < 1):
        raise ValueError("repeats by a rule that cannot be read")
    return Repetition(
        cast("Any", frequency), interval, None if count is None else int(count), None if until is None else _date_of(until),
        tuple(int(str(month)) for month in parts.get("BYMONTH", ())), tuple(int(day) for day in parts.get("BYMONTHDAY", ())),
        tuple(_weekday(str(day)) for day in parts.get("BYDAY", ())),
    )  # fmt: skip


def _weekday(text: str) -> tuple[int, int]:
    found = _WEEKDAY.fullmatch(text.upper())
    if found is None:
        raise ValueError("repeats by a rule that cannot be read")
    return _WEEKDAYS.index(found[2]) + 1, int(found[1] or 0)


def _is_broken(value: Any) -> bool:
    """Return whether icalendar could not read this value."""
    from icalendar.prop import vBroken

    return isinstance(value, vBroken)
