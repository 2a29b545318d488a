"""Recurrence: on which days an event of a calendar file takes place, by the part of RFC 5545 that whole days use.

Each day of a span is asked, so a rule that never matches costs no more than one that always does.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

MOST_COUNTED_DAYS = 4000
"""Days between the first occurrence and the last day asked, for a rule that counts its occurrences: eleven years."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """A rule. `weekdays` are days of the week (1 is Monday) with their number in the month or year, 0 for every one."""

    frequency: Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
    interval: int = 1
    count: int | None = None
    until: date | None = None
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()


def occurrences(start: date, rule: Repetition, first: date, last: date) -> list[date]:
    """Return the days from `first` to `last` on which an event that starts on `start` takes place.

    Raises ValueError if the rule counts its occurrences from too long ago.
    """
    end = last if rule.until is None else min(last, rule.until)
    begin = max(start, first)
    if rule.count is not None:
        begin = start
        if (end - start).days > MOST_COUNTED_DAYS:
            raise ValueError("counts its occurrences from too long ago")
    found = [day for day in _days(begin, end) if takes_place(start, rule, day)]
    if rule.count is not None:
        found = found[: rule.count]
    return [day for day in found if day >= first]


def takes_place(start: date, rule: Repetition, day: date) -> bool:
    """Return whether the rule of an event that starts on `start` matches this day, apart from `count` and `until`."""
    if day < start or (rule.months and day.month not in rule.months):
        return False
    if rule.month_days and day.day not in _days_of_month(rule.month_days, day):
        return False
    match rule.frequency:
        case "DAILY":
            return (day - start).days % rule.interval == 0 and _weekday_matches(rule, day)
        case "WEEKLY":
            weeks = (_monday(day) - _monday(start)).days // 7
            wanted = {weekday for weekday, _ in rule.weekdays} or {start.isoweekday()}
            return weeks % rule.interval == 0 and day.isoweekday() in wanted
        case "MONTHLY":
            months = (day.year - start.year) * 12 + day.month - start.month
            same_day = bool(rule.month_days or rule.weekdays) or day.day == start.day
            return months % rule.interval == 0 and same_day and _weekday_matches(rule, day)
        case "YEARLY":
            same_day = bool(rule.month_days or rule.weekdays) or day.day == start.day
            same_month = bool(rule.months or rule.weekdays or rule.month_days) or day.month == start.month
            return (
                (day.year - start.year) % rule.interval == 0 and same_day and same_month and _weekday_matches(rule, day)
            )


def _weekday_matches(rule: Repetition, day: date) -> bool:
    if not rule.weekdays:
        return True
    if rule.frequency == "YEARLY" and not rule.months:
        length = (date(day.year, 12, 31) - date(day.year, 1, 1)).days + 1
        position = day.timetuple().tm_yday
    else:
        length, position = monthrange(day.year, day.month)[1], day.day
    forwards, backwards = (position - 1) // 7 + 1, -((length - position) // 7 + 1)
    return any(weekday == day.isoweekday() and number in (0, forwards, backwards) for weekday, number in rule.weekdays)


def _days_of_month(month_days: Iterable[int], day: date) -> set[int]:
    length = monthrange(day.year, day.month)[1]
    return {number if number > 0 else length + 1 + number for number in month_days}


def _monday(day: date) -> date:
    return day - timedelta(days=day.isoweekday() - 1)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
