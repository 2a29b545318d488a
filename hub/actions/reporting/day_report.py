"""The report of a day: its figures, gates, and what staff decided about refused, doubtful and repeated tickets."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from db.statements import load
from hub.actions.reporting.analytics import analytics
from hub.actions.reporting.figures import Tally, figures_of_day, gates_of
from hub.actions.reporting.scan_log import ScanFilter, read_scans
from hub.rules.venue import Venue
from hub.rules.venue_day import day_bounds
from hub.services import Services

REPORT = load("reporting/day_report")
MOST_ROWS = 200
"""Rows of each list. A day with more is read in the history; the report says so."""
QUARTER = 15


@dataclass(slots=True)
class GateDay:
    """What happened at a gate; "" is where no gate was named. `took` holds milliseconds from check to entry."""

    name: str
    scans: int = 0
    entered: int = 0
    yellow: int = 0
    red: int = 0
    took: list[int] = field(default_factory=list)

    @property
    def seconds(self) -> float | None:
        """Return the median of the check-to-entry times in seconds."""
        return round(median(self.took) / 1000, 1) if self.took else None


@dataclass(frozen=True, slots=True)
class DayReport:
    """The figures as the analytics have them, and the lists.

    `busiest`: the start of the quarter of an hour with most entries, and their number. `longer`: a list has more than `MOST_ROWS` rows.
    """

    figures: dict[str, Any]
    gates: list[GateDay]
    busiest: tuple[datetime, int] | None
    overrides: list[dict[str, Any]]
    disputes: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]
    alarms: list[dict[str, Any]]
    longer: bool


async def read_day_report(services: Services, venue: Venue, day: date) -> DayReport:
    """Return the report of a business day. That of a day that runs is its report until now."""
    start, end = day_bounds(day, venue.zone)
    (figures,) = (await analytics(services, venue, day, day))["days"]
    tallies = await figures_of_day(services, venue, day, services.clock.now())
    lists = []
    span = start, end, day, MOST_ROWS + 1
    for sql, given in (
        (REPORT.disputes_of_day, span[2:]),
        (REPORT.conflicts_of_day, span),
        (REPORT.alarms_of_day, span),
    ):
        found = await services.database.reports.fetch(sql, venue.org_id, venue.id, *given)
        lists.append([{**row, "tail": row["code"][-4:]} for row in found])
    overrides = await read_scans(services, venue, ScanFilter(day, day, mode="override"), limit=MOST_ROWS)
    disputes, conflicts, alarms = (rows[:MOST_ROWS] for rows in lists)
    return DayReport(
        figures,
        _gates(tallies, await gates_of(services, venue)),
        _busiest(tallies, start),
        [_override(scan) for scan in reversed(overrides["scans"])],
        disputes,
        conflicts,
        alarms,
        overrides["next"] is not None or any(len(rows) > MOST_ROWS for rows in lists),
    )


def _override(scan: dict[str, Any]) -> dict[str, Any]:
    kept = {name: scan[name] for name in ("gate", "reason", "note", "people", "operator_name", "undone")}
    return {**kept, "tail": scan["ticket_code"][-4:], "at": datetime.fromisoformat(scan["happened_at"])}


def _gates(tallies: list[Tally], open_gates: list[str]) -> list[GateDay]:
    """Return the gates in use and those with scans, by name; the unnamed one last, and only if something happened there."""
    gates = {name: GateDay(name) for name in open_gates}
    for one in tallies:
        gate = gates.setdefault(one.gate, GateDay(one.gate))
        gate.scans += one.scans
        gate.entered += one.entered
        gate.yellow += one.scans if one.result == "YELLOW" else 0
        gate.red += one.scans if one.result == "RED" else 0
        gate.took += one.took or []
    return sorted(gates.values(), key=lambda gate: (gate.name == "", gate.name))


def _busiest(tallies: list[Tally], start: datetime) -> tuple[datetime, int] | None:
    quarters: dict[int, int] = defaultdict(int)
    for one in tallies:
        quarters[one.minute // QUARTER] += one.entered
    best = min(quarters, key=lambda quarter: (-quarters[quarter], quarter), default=None)
    if best is None or quarters[best] < 1:
        return None
    return start + timedelta(minutes=best * QUARTER), quarters[best]
