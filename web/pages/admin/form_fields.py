"""Fields of the organiser's forms: numbers that may be empty, and days, times and moments of a venue."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from hub.rules.slot_plan import exists_locally, instant_of
from web.json_body import invalid
from web.pages.forms import Form

_YEARS = range(2000, 2200)


class FieldReader:
    """Reads the fields of a form and collects what is wrong with them, so that all of it is shown at once."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self.problems: list[tuple[str, str]] = []

    def refuse(self) -> None:
        """Refuse INVALID_REQUEST if a field was wrong."""
        if self.problems:
            raise invalid(*self.problems)

    def number(self, name: str) -> int | None:
        """Return a whole number, or None for an empty field."""
        text = self._form.get(name)
        number = self._form.number(name)
        if text and number is None:
            self.problems.append((name, "Give a whole number"))
        return number

    def count(self, name: str) -> int:
        """Return a whole number; 0 for an empty field."""
        return self.number(name) or 0

    def day(self, name: str) -> date | None:
        return self._day(name, self._form.get(name))

    def days(self, name: str) -> tuple[date, ...]:
        """Return days with blanks or commas between them."""
        found = [self._day(name, part) for part in re.split(r"[\s,;]+", self._form.text(name)) if part]
        return tuple(one for one in found if one is not None)

    def clock_time(self, name: str) -> time | None:
        text = self._form.get(name)
        return self._time(name, text) if text else None

    def clock_times(self, name: str) -> tuple[time, ...]:
        """Return times such as 15:00 with blanks or commas between them."""
        found = [self._time(name, part) for part in re.split(r"[\s,;]+", self._form.text(name)) if part]
        return tuple(one for one in found if one is not None)

    def moment(self, name: str, zone: ZoneInfo) -> datetime | None:
        """Return a moment on the venue's clock; None for an empty field."""
        text = self._form.get(name)
        if not text:
            return None
        try:
            wall = datetime.fromisoformat(text)
        except ValueError:
            wall = None
        if wall is None or wall.tzinfo is not None or wall.year not in _YEARS:
            self.problems.append((name, "Give a day and a time"))
            return None
        if not exists_locally(wall, zone):
            self.problems.append((name, "Clocks skip this time on that day"))
            return None
        return instant_of(wall, zone)

    def _day(self, name: str, text: str) -> date | None:
        if not text:
            return None
        try:
            found = date.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or found.year not in _YEARS:
            self.problems.append((name, "Give a day such as 2026-11-20"))
            return None
        return found

    def _time(self, name: str, text: str) -> time | None:
        matched = re.fullmatch(r"([0-9]{1,2})[:.]([0-9]{2})", text, re.ASCII)
        if matched is None or int(matched[1]) > 23 or int(matched[2]) > 59:
            self.problems.append((name, "Give a time such as 20:00"))
            return None
        return time(int(matched[1]), int(matched[2]))


def local_field(moment: datetime | None, zone: ZoneInfo) -> str:
    """Return a moment as a field of the type `datetime-local` has it."""
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if moment else ""
