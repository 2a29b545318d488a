"""A day's figures from the scan log: the whole day, or what was logged since a moment."""

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
    """What happened in one minute of the day at one gate for one reason; `took` are milliseconds from look to entry.

    `settled`: all of it was logged long enough ago that nothing earlier is still on its way into the log. Numbers may be
    negative: an entry taken back.
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
    rows = await services.database.fetch(FIGURES.figures_day, venue.org_id, venue.id, start, end, settled_before)
    return [Tally(*row) for row in rows]


async def figures_since(
    services: Services, venue: Venue, day: date, settled_before: datetime, since: datetime
) -> list[Tally]:
    start, end = day_bounds(day, venue.zone)
    rows = await services.database.fetch(
        FIGURES.figures_since, venue.org_id, venue.id, start, end, settled_before, since
    )
    return [Tally(*row) for row in rows]


async def gates_of(services: Services, venue: Venue) -> list[str]:
    """The venue's gates by name, whether or not anybody has come through them."""
    return [row["name"] for row in await services.database.fetch(RECORDS.gate_names, venue.org_id, venue.id)]
