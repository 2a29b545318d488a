"""Figures of the people at the gates: decisions, and how many of them were overridden or undone, by person and by shift.

Accuracy is the share of decisions on entry that stood: neither a supervisor admitted the holder against it, nor was its entry undone.
A shift is one that was planned for the person. Scans outside of a planned one are one stretch of work for each person and day.
"""

from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from db.statements import load
from hub.actions.reporting.day_readers import read_each
from hub.rules.day_figures import rate
from hub.rules.venue import Venue
from hub.rules.venue_day import day_bounds
from hub.services import Services

OPERATORS = load("reporting/operator_figures")
RECORDS = load("reporting/scan_log")


@dataclass(slots=True)
class Decisions:
    """Sums of decisions on entry."""

    decided: int = 0
    green: int = 0
    yellow: int = 0
    red: int = 0
    overridden: int = 0
    undone: int = 0

    def plus(self, other: "Decisions") -> "Decisions":
        return Decisions(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def figures(self) -> dict[str, Any]:
        wrong = self.overridden + self.undone
        return {
            "decided": self.decided,
            "green": self.green,
            "yellow": self.yellow,
            "red": self.red,
            "overridden": self.overridden,
            "undone": self.undone,
            "accuracy": rate(self.decided - wrong, self.decided),
        }


@dataclass(frozen=True, slots=True)
class _Shift:
    """What one person decided in a planned shift, or outside of any on one day."""

    day: date
    operator_id: int
    starts_at: datetime
    ends_at: datetime
    planned: bool
    decisions: Decisions


async def operator_figures(services: Services, venue: Venue, first: date, last: date) -> dict[str, Any]:
    """Return the decisions of the business days from `first` to `last`: all, by person with the most first, and by shift in order."""
    now, shifts = services.clock.now(), list[_Shift]()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]

    async def read_day(day: date) -> None:
        bounds = day_bounds(day, venue.zone)
        rows = await services.database.reports.fetch_long(
            OPERATORS.decisions_of_day, venue.org_id, venue.id, *bounds, day
        )
        shifts.extend(_shift(day, row) for row in rows)

    await read_each([day for day in days if day_bounds(day, venue.zone)[0] <= now], read_day)
    names = dict(await services.database.reports.fetch(RECORDS.who_scans, venue.org_id))
    people: dict[int, Decisions] = {}
    for one in shifts:
        people[one.operator_id] = people.get(one.operator_id, Decisions()).plus(one.decisions)
    whole = Decisions()
    for decisions in people.values():
        whole = whole.plus(decisions)
    return {
        "from": first,
        "to": last,
        "venue_id": venue.id,
        "total": whole.figures(),
        "operators": [
            {"operator_id": operator_id, "operator_name": names.get(operator_id), **decisions.figures()}
            for operator_id, decisions in sorted(people.items(), key=lambda item: (-item[1].decided, item[0]))
        ],
        "shifts": [
            {
                "date": one.day,
                "operator_id": one.operator_id,
                "operator_name": names.get(one.operator_id),
                "starts_at": one.starts_at,
                "ends_at": one.ends_at,
                "planned": one.planned,
                **one.decisions.figures(),
            }
            for one in sorted(shifts, key=lambda one: (one.day, one.starts_at, one.operator_id))
        ],
    }


def _shift(day: date, row: Any) -> _Shift:
    planned = row["starts_at"] is not None
    starts_at, ends_at = (row["starts_at"], row["ends_at"]) if planned else (row["first_at"], row["last_at"])
    counts = (row[name] for name in ("decided", "green", "yellow", "red", "overridden", "undone"))
    return _Shift(day, row["operator_id"], starts_at, ends_at, planned, Decisions(*counts))
