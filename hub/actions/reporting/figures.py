"""Live figures from the scan log: those of a whole day, or of the scans logged since a given time."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from db.statements import load
from hub.rules.venue import Venue
from hub.rules.venue_day import day_bounds
from hub.services import Services

FIGURES = load("reporting/figures")
RECORDS = load("reporting/scan_log")


class Tally(NamedTuple):
    """Counts of one minute of the day at one gate for one reason. `took` holds milliseconds from validation to entry.

    `settled`: all of it was logged so long ago that no earlier scan can still reach the log. Numbers may be negative when an
    entry was undone.
    """

    settled: bool
    minute: int
    gate: str
    result: str
    reason: str
    rows: int
    scans: int
    entered: int
    gone: int
    took: Sequence[int] | None


async def figures_of_day(services: Services, venue: Venue, day: date, settled_before: datetime) -> list[Tally]:
    start, end = day_bounds(day, venue.zone)
    rows = await services.database.fetch(FIGURES.figures_day, venue.org_id, venue.id, start, end, settled_before, day)
    return [Tally(*row) for row in rows]


async def figures_since(
    services: Services, venue: Venue, day: date, settled_before: datetime, since: datetime
) -> list[Tally]:
    start, end = day_bounds(day, venue.zone)
    rows = await services.database.fetch(
        FIGURES.figures_since, venue.org_id, venue.id, start, end, settled_before, since, day
    )
    return [Tally(*row) for row in rows]


async def gates_of(services: Services, venue: Venue) -> list[str]:
    """Return the venue's gates in use by name, also those without scans."""
    return [row["name"] for row in await services.database.fetch(RECORDS.open_gates, venue.org_id, venue.id)]
