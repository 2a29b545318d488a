"""Figures of the booking page: funnel, refusals, reservations by hour, time to a booking, activation and reservation rates."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from db.statements import load
from hub.actions.reporting.day_readers import read_each
from hub.rules.day_figures import rate
from hub.rules.portal_figures import (
    ACTIVATION_TIME,
    RESERVATION_TIME,
    PortalSums,
    histogram,
    median,
    sum_of,
    within_goal,
)
from hub.rules.venue import Venue
from hub.rules.venue_day import day_bounds
from hub.services import Services

PORTAL = load("reporting/portal_figures")


async def portal_figures(services: Services, venue: Venue, first: date, last: date) -> dict[str, Any]:
    """Return the figures of every day from `first` to `last`, their sums, and refusals, hours and times of the whole span."""
    now = services.clock.now()
    days = {first + timedelta(days=number): PortalSums() for number in range((last - first).days + 1)}
    hours: dict[tuple[date, int], int] = {}
    first_venue = await services.venues.first(venue.org_id)
    first_id = venue.id if first_venue is None else first_venue.id

    async def read_day(day: date) -> None:
        reader = _DayReader(services, venue, first_id, day, now)
        await reader.read_into(days[day])
        hours.update({(day, hour): count for hour, count in reader.hours})

    await read_each([day for day in days if day_bounds(day, venue.zone)[0] <= now], read_day)
    refusals: Counter[tuple[str, str]] = Counter()
    for row in await services.database.reports.fetch(PORTAL.refusals_of_days, venue.org_id, venue.id, first, last):
        days[row["date"]].refused += row["refusals"]
        refusals[row["step"], row["reason"]] += row["refusals"]
    whole = sum_of(days.values())
    return {
        "from": first,
        "to": last,
        "venue_id": venue.id,
        "total": _figures(whole),
        "refusals": [
            {"step": step, "reason": reason, "refusals": count}
            for (step, reason), count in sorted(refusals.items(), key=lambda item: (-item[1], item[0]))
        ],
        "times": _times(whole.seconds),
        "hours": [{"date": day, "hour": hour, "reservations": hours[day, hour]} for day, hour in sorted(hours)],
        "days": [{"date": day, **_figures(sums)} for day, sums in days.items()],
    }


class _DayReader:
    """Reads one day of a venue in short statements. `hours` has its reservations as (hour, reservations)."""

    def __init__(self, services: Services, venue: Venue, first_id: int, day: date, now: datetime) -> None:
        self._reports, self._venue, self._first_id = services.database.reports, venue, first_id
        self._day, self._now = day, now
        self.hours: list[tuple[int, int]] = []

    async def read_into(self, sums: PortalSums) -> None:
        venue, bounds = self._venue, day_bounds(self._day, self._venue.zone)
        for row in await self._reports.fetch_long(PORTAL.funnel_of_day, venue.org_id, venue.id, self._day, *bounds):
            sums.tickets(row["seconds"], row["contact"], row["tickets"])
        made = await self._reports.fetch_long(
            PORTAL.reservations_of_day, venue.org_id, venue.id, *bounds, venue.timezone
        )
        self.hours = [tuple(row) for row in made]
        sums.reservations = sum(count for _, count in self.hours)
        sums.activation_due, sums.activated = await self._read_rate(PORTAL.activations_of_day, ACTIVATION_TIME)
        sums.reservation_due, sums.reserved = await self._read_rate(PORTAL.first_bookings_of_day, RESERVATION_TIME)

    async def _read_rate(self, sql: str, time: timedelta) -> tuple[int, int]:
        """Return the tickets whose `time` ended on this day, and those of them that made it. What may still make it is left out."""
        begins, ends = day_bounds(self._day - time, self._venue.zone)
        (row,) = await self._reports.fetch_long(
            sql, self._venue.org_id, self._venue.id, self._first_id, begins, min(ends, self._now - time), time
        )
        return row["due"], row["done"]


def _figures(sums: PortalSums) -> dict[str, Any]:
    return {
        "checked": sums.checked,
        "contact_verified": sums.contact_verified,
        "booked": sums.booked,
        "contact_rate": rate(sums.contact_verified, sums.checked),
        "conversion": rate(sums.booked, sums.checked),
        "reservations": sums.reservations,
        "refused": sums.refused,
        "activation_due": sums.activation_due,
        "activated": sums.activated,
        "activation_rate": rate(sums.activated, sums.activation_due),
        "reservation_due": sums.reservation_due,
        "reserved": sums.reserved,
        "reservation_rate": rate(sums.reserved, sums.reservation_due),
    }


def _times(seconds: Counter[int]) -> dict[str, Any]:
    return {
        "median_seconds": median(seconds),
        "within_three_minutes": rate(within_goal(seconds), seconds.total()),
        "parts": [
            {"from_seconds": begin, "to_seconds": end, "bookings": bookings}
            for begin, end, bookings in histogram(seconds)
        ],
    }
