"""The types of command line options: each parses one text, or explains in a usage error what it should be."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from hub.rules.policy_types import Parse, whole_number

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-11-20") from None


def clock_time(text: str) -> time:
    try:
        moment = time.fromisoformat(text)
    except ValueError:
        moment = time.max
    if moment.tzinfo is not None or moment.second or moment.microsecond:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 09:30")
    return moment


def moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a moment with its offset, such as 2026-11-20T09:00+01:00")


def weekday(text: str) -> int:
    """Return 1 for `mon` to 7 for `sun`."""
    name = text.strip().lower()[:3]
    if name not in _WEEKDAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a weekday such as fri")
    return _WEEKDAYS.index(name) + 1


def several(parse: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    """Return a type that parses a list with commas between its parts."""
    return lambda text: [parse(part.strip()) for part in text.split(",") if part.strip()]


def typed(parse: Parse) -> Parse:
    """Wrap `parse` so that its ValueError becomes a usage error of argparse."""

    def parse_option(text: str) -> Any:
        try:
            return parse(text)
        except ValueError as wrong:
            raise argparse.ArgumentTypeError(str(wrong)) from None

    return parse_option


def count(least: int, most: int) -> Parse:
    return typed(whole_number(least, most))


ID = count(1, 2**53 - 1)


def hours_row(text: str) -> dict[str, Any]:
    """Return opening hours such as `tue-sun,10:00-18:00,30,50`, or without the days. `weekdays` is empty without them."""
    *days, span, minutes, places = (
        [part.strip() for part in text.split(",")] if text.count(",") >= 2 else ["", "", "", ""]
    )
    opens, _, closes = span.partition("-")
    try:
        return {
            "weekdays": sorted({number for part in days if part for number in _weekdays(part)}),
            "opens": clock_time(opens), "closes": clock_time(closes),
            "minutes": whole_number(1, 1440)(minutes), "capacity": whole_number(0, 1_000_000)(places),
        }  # fmt: skip
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not hours such as tue-sun,10:00-18:00,30,50") from None


def _weekdays(text: str) -> list[int]:
    """Return the days of `tue` or of `tue-sun`."""
    first, _, last = text.partition("-")
    begin, end = weekday(first), weekday(last or first)
    return [(begin - 1 + n) % 7 + 1 for n in range((end - begin) % 7 + 1)]
