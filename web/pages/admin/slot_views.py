"""What the pages of slots share: the chosen venue, days in the address, and the parts of a calendar."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.venues.closed_days import ClosedDay, list_closed_days
from hub.actions.venues.slot_records import DayOfSlots, VenueName, venue_names
from hub.rules.venue_day import today
from hub.text.languages import first_week_day, weekday_names
from web.keys import SERVICES
from web.middleware.client_address import client_ip

CALENDAR = "/admin/slots"
HOURS = "/admin/slots/hours"
MOST_CLOSED_DAYS = 800
_YEARS = range(2000, 2200)


@dataclass(frozen=True, slots=True)
class VenueView:
    """The venue that a page is about, those to choose from, and who looks. `may_change`: more than the places of one slot, and whether it is open."""

    by: Actor
    venue: VenueName
    venues: tuple[VenueName, ...]
    now: date
    may_change: bool

    @property
    def query(self) -> str:
        """Return what an address needs to stay at this venue, to be followed by other parameters."""
        return f"venue={self.venue.venue_id}&" if len(self.venues) > 1 else ""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the month page."""

    date: date
    in_month: bool
    slots: DayOfSlots | None
    closed: ClosedDay | None


async def view_of(request: web.Request, identity: Identity) -> VenueView:
    """Return the view of the venue named in the address, of the login's, or of the first."""
    services, by = request.app[SERVICES], Actor.of(identity, client_ip=client_ip(request))
    venues = await venue_names(services, by)
    if not venues:
        raise web.HTTPFound("/admin")
    wanted = request.query.get("venue", "") or str(by.venue_id or "")
    venue = next((one for one in venues if str(one.venue_id) == wanted), venues[0])
    now = today(services.clock.now(), ZoneInfo(venue.timezone))
    return VenueView(by, venue, tuple(venues), now, at_least(identity.role, Role.ADMIN))


def day_of(text: str, otherwise: date) -> date:
    """Return a day of an address such as 2026-11-20, or another one if it is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return found if found.year in _YEARS else otherwise


def month_of(text: str, otherwise: date) -> date:
    """Return the first day of a month such as 2026-11."""
    return day_of(f"{text}-01", otherwise).replace(day=1)


def next_month(first: date, step: int) -> date:
    """Return the first day of the month after this one, or before it with `step` -1."""
    middle = first.replace(day=15) + timedelta(days=30 * step)
    return middle.replace(day=1)


def week_of_day(day: date, locale: str) -> list[date]:
    """Return the seven days of the week of this day, as the reader's calendar begins."""
    begins = (day.isoweekday() - first_week_day(locale)) % 7
    return [day - timedelta(days=begins - n) for n in range(7)]


def weekday_heads(locale: str) -> list[tuple[int, str, str]]:
    """Return the days of the week in the reader's order: number, short and full name."""
    return [(day.isoweekday(), *weekday_names(day, locale)) for day in week_of_day(date(2026, 11, 18), locale)]


def weeks_of_month(
    first: date, slots: Mapping[date, DayOfSlots], closed: Mapping[date, ClosedDay], locale: str
) -> list[list[CalendarDay]]:
    """Return the weeks of a month, each with seven days."""
    calendar = Calendar((first_week_day(locale) - 1) % 7)
    return [
        [CalendarDay(day, day.month == first.month, slots.get(day), closed.get(day)) for day in week]
        for week in calendar.monthdatescalendar(first.year, first.month)
    ]


async def closed_by_day(request: web.Request, view: VenueView, first: date, last: date) -> dict[date, ClosedDay]:
    """Return the closed days and exceptions of the venue in a span."""
    page = await list_closed_days(
        request.app[SERVICES], view.by, venue_id=view.venue.venue_id, first=first, last=last, limit=MOST_CLOSED_DAYS
    )
    return {one.date: one for one in page.closed_days}
