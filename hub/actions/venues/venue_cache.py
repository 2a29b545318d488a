"""The venue cache: name, time zone and policies of each venue, kept in memory for a few seconds."""

import time
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from db.database import Database
from db.organisation import working_for
from db.statements import load
from hub.clock import Clock
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue import Venue

VENUES = load("venues/venues")
FRESH_SECONDS = 5.0
"""Seconds that a venue is cached, and so the time until a changed policy reaches every process."""


class Organisation(NamedTuple):
    """An organisation with its short name, by which an address or a field names it."""

    org_id: int
    slug: str
    name: str


class BookableVenue(NamedTuple):
    """A venue by the name in its address, and whether it offers times to holders of tickets."""

    org_id: int
    venue_id: int
    slug: str
    offers: bool


class Venues:
    """Caches each venue for `FRESH_SECONDS`, and the organisations."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[tuple[int, int], tuple[float, Venue]] = {}
        self._first: dict[int, tuple[float, int]] = {}
        self._organisations: tuple[float, tuple[Organisation, ...], frozenset[int]] | None = None
        self._bookable: tuple[float, tuple[BookableVenue, ...]] | None = None

    def remembered(self, org_id: int, venue_id: int) -> Venue | None:
        """Return the venue if it is cached and fresh, else None. For code that must not await."""
        known = self._known.get((org_id, venue_id))
        if known is None or time.monotonic() - known[0] > FRESH_SECONDS:
            return None
        return known[1]

    def last_known(self, org_id: int, venue_id: int) -> Venue | None:
        """Return the venue as it was read last, however long ago. For when Postgres does not answer."""
        known = self._known.get((org_id, venue_id))
        return None if known is None else known[1]

    async def read(self, org_id: int, venue_id: int) -> Venue:
        """Return the venue, or refuse NOT_FOUND if this organisation has no such venue."""
        venue = self.remembered(org_id, venue_id)
        if venue is None:
            row = await self._database.fetchrow(VENUES.cached_venue, org_id, venue_id, self._clock.now().date())
            if row is None:
                raise Refused(Reason.NOT_FOUND)
            venue = Venue.of(row)
            self._known[org_id, venue_id] = (time.monotonic(), venue)
        return venue

    async def first(self, org_id: int) -> Venue | None:
        """Return an organisation's first venue; None if it has none yet."""
        known = self._first.get(org_id)
        if known is None or time.monotonic() - known[0] > FRESH_SECONDS:
            venue_id = await self._database.fetchval(VENUES.first_venue, org_id)
            if venue_id is None:
                return None
            self._first[org_id] = known = (time.monotonic(), venue_id)
        return await self.read(org_id, known[1])

    async def of_slug(self, slug: str, now: datetime) -> Venue | None:
        """Return the venue whose address has this name, of any organisation; None if there is none."""
        found = next((one for one in await self._read_bookable(now) if one.slug == slug), None)
        return None if found is None else await self.read(found.org_id, found.venue_id)

    async def bookable(self, now: datetime, org_id: int | None = None) -> tuple[Venue, ...]:
        """Return the venues of an organisation, or of all, where tickets can be booked; all its venues if none offers a time."""
        known = [one for one in await self._read_bookable(now) if org_id in (None, one.org_id)]
        chosen = [one for one in known if one.offers] or known
        return tuple([await self.read(one.org_id, one.venue_id) for one in chosen])

    async def _read_bookable(self, now: datetime) -> tuple[BookableVenue, ...]:
        if self._bookable is None or time.monotonic() - self._bookable[0] > FRESH_SECONDS:
            with working_for(None):
                rows = await self._database.fetch(VENUES.venues_to_book, now)
            found = tuple(BookableVenue(*tuple(row)) for row in rows)
            self._bookable = (time.monotonic(), found)
        return self._bookable[1]

    async def zone(self, org_id: int, venue_id: int | None = None) -> ZoneInfo:
        """Return the time zone of a venue, or of the organisation's first one; UTC if it has none yet."""
        venue = await self.read(org_id, venue_id) if venue_id else await self.first(org_id)
        return ZoneInfo("UTC") if venue is None else venue.zone

    async def today(self, org_id: int, now: datetime) -> date:
        """Return the business day of `now` at an organisation's first venue; the date in UTC if it has no venue yet."""
        venue = await self.first(org_id)
        return now.date() if venue is None else venue.business_day(now)

    async def organisations(self) -> frozenset[int]:
        """Return the ids of all organisations of this hub."""
        await self._read_organisations()
        assert self._organisations is not None
        return self._organisations[2]

    async def organisation_named(self, named: str) -> Organisation | None:
        """Return the organisation of this short name or id; None if there is none."""
        text = named.strip().lower()
        for one in await self._read_organisations():
            if text in (one.slug, str(one.org_id)):
                return one
        return None

    async def _read_organisations(self) -> tuple[Organisation, ...]:
        if self._organisations is None or time.monotonic() - self._organisations[0] > FRESH_SECONDS:
            with working_for(None):
                rows = await self._database.fetch(VENUES.organisations)
            found = tuple(Organisation(*tuple(row)) for row in rows)
            self._organisations = (time.monotonic(), found, frozenset(one.org_id for one in found))
        return self._organisations[1]

    async def only_organisation(self) -> int | None:
        """Return the id of the only organisation; None if there are none or several."""
        known = await self.organisations()
        return next(iter(known)) if len(known) == 1 else None

    def forget(self) -> None:
        self._known.clear()
        self._first.clear()
        self._organisations = None
        self._bookable = None
