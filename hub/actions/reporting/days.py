"""Counts of many days: read day by day, so that every statement is short however long the span is.

The online scans of a past date are counted once and stored, because the log only grows at its end. Synced scans may arrive at
any time and are counted again, and so are scans of another date that belong to the day. So are checks, because a ticket may be booked long after its check.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from db.pool import DatabaseDown
from db.statements import load
from hub.actions.reporting.day_readers import read_each
from hub.actions.venues.venues import list_venues
from hub.rules.venue import Venue
from hub.rules.venue_day import day_bounds, today
from hub.services import Services

FIGURES = load("reporting/figures")
CHECKS = load("tickets/checks")
SETTLED_AFTER = timedelta(hours=1)
"""Time after which a day's log is complete. A scan is logged within seconds; an hour allows for clocks that differ."""
COUNT_EVERY = 60.0
"""Seconds between two runs of `count_days_over`, which counts past days before somebody asks for them."""
COUNTED_DAYS = 92
"""Past days that are counted in advance: as many as one request may ask for."""

Bounds = tuple[datetime, datetime]


class ScanTally(NamedTuple):
    slot_id: int | None
    result: str
    reason: str
    scans: int


class Happened(NamedTuple):
    """The counts of one day: scans by slot and result, tickets checked, and tickets converted."""

    scans: list[ScanTally]
    checked: int
    converted: int


async def read_days(services: Services, venue: Venue, days: Iterable[date]) -> dict[date, Happened]:
    """Return the counts of those days that have begun. Raises DatabaseDown."""
    now = services.clock.now()
    begun = [(day, bounds) for day in days if (bounds := day_bounds(day, venue.zone))[0] <= now]
    kept = await _kept(services, venue, [bounds for _, bounds in begun])
    fresh: dict[Bounds, list[ScanTally]] = {}
    happened: dict[date, Happened] = {}

    async def read_day(begun_day: tuple[date, Bounds]) -> None:
        day, bounds = begun_day
        logged = kept.get(bounds)
        if logged is None:
            logged = await _tallies(services, venue, FIGURES.scans_of_day, bounds)
            if _over(bounds, now):
                fresh[bounds] = logged
        further = await _tallies(services, venue, FIGURES.further_of_day, bounds, day)
        (checks,) = await services.database.reports.fetch_long(
            CHECKS.checks_of_day, venue.org_id, venue.id, day, *bounds
        )
        happened[day] = Happened(logged + further, checks["checked"], checks["converted"])

    try:
        await read_each(begun, read_day)
    finally:
        # Stored even if the request was given up half-way, so that a second request continues there.
        with suppress(DatabaseDown):
            await _keep(services, venue, fresh)
    return happened


async def count_days_over(services: Services) -> int:
    """Count the scans of every venue's recent past days that are not counted yet. Return the number of days counted."""
    now, counted = services.clock.now(), 0
    for row in await list_venues(services):
        venue = await services.venues.read(row["org_id"], row["venue_id"])
        last = today(now, venue.zone)
        days = [day_bounds(last - timedelta(days=back), venue.zone) for back in range(COUNTED_DAYS, 0, -1)]
        kept = await _kept(services, venue, days)
        for bounds in days:
            if bounds not in kept and _over(bounds, now):
                await _keep(services, venue, {bounds: await _tallies(services, venue, FIGURES.scans_of_day, bounds)})
                counted += 1
    return counted


def _over(bounds: Bounds, now: datetime) -> bool:
    return bounds[1] + SETTLED_AFTER <= now


async def _kept(services: Services, venue: Venue, days: list[Bounds]) -> dict[Bounds, list[ScanTally]]:
    if not days:
        return {}
    rows = await services.database.reports.fetch(FIGURES.read_tallies, venue.org_id, venue.id, days[0][0], days[-1][0])
    return {
        (row["starts_at"], row["ends_at"]): [ScanTally(*one) for one in orjson.loads(row["tallies"])] for row in rows
    }


async def _tallies(services: Services, venue: Venue, sql: str, bounds: Bounds, *days: date) -> list[ScanTally]:
    rows: list[Any] = await services.database.reports.fetch_long(sql, venue.org_id, venue.id, *bounds, *days)
    return [ScanTally(*row) for row in rows]


async def _keep(services: Services, venue: Venue, fresh: dict[Bounds, list[ScanTally]]) -> None:
    if fresh:
        starts, ends = zip(*fresh, strict=True)
        tallied = [orjson.dumps([tuple(one) for one in tallies]).decode() for tallies in fresh.values()]
        await services.database.records.execute(
            FIGURES.keep_tallies, venue.org_id, venue.id, list(starts), list(ends), tallied
        )
