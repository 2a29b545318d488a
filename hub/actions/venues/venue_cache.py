"""The venue cache: name, time zone and policies of each venue, kept in memory for a few seconds."""

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from db.database import Database
from db.organisation import working_for
from db.statements import load
from hub.batching.kept_readings import KeptReadings
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


class _Organisations(NamedTuple):
    all: tuple[Organisation, ...]
    ids: frozenset[int]


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
        self._known: KeptReadings[tuple[int, int], Venue] = KeptReadings("venue", FRESH_SECONDS)
        self._first: KeptReadings[int, int | None] = KeptReadings("first-venue", FRESH_SECONDS)
        self._organisations: KeptReadings[None, _Organisations] = KeptReadings("organisations", FRESH_SECONDS)
        self._bookable: KeptReadings[None, tuple[BookableVenue, ...]] = KeptReadings("venues-to-book", FRESH_SECONDS)

    def remembered(self, org_id: int, venue_id: int) -> Venue | None:
        """Return the venue if it is cached and fresh, else None. For code that must not await."""
        return self._known.fresh((org_id, venue_id))

    def last_known(self, org_id: int, venue_id: int) -> Venue | None:
        """Return the venue as it was read last, however long ago. For when Postgres does not answer."""
        return self._known.last_known((org_id, venue_id))

    async def read(self, org_id: int, venue_id: int) -> Venue:
        """Return the venue, or refuse NOT_FOUND if this organisation has no such venue."""

        async def load() -> Venue:
            row = await self._database.fetchrow(VENUES.cached_venue, org_id, venue_id, self._clock.now().date())
            if row is None:
                raise Refused(Reason.NOT_FOUND)
            return Venue.of(row)

        return self.remembered(org_id, venue_id) or await self._known.read((org_id, venue_id), load)

    async def first(self, org_id: int) -> Venue | None:
        """Return an organisation's first venue; None if it has none yet."""

        async def load() -> int | None:
            venue_id: int | None = await self._database.fetchval(VENUES.first_venue, org_id)
            return venue_id

        venue_id = await self._first.read(org_id, load)
        return None if venue_id is None else await self.read(org_id, venue_id)

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
        async def load() -> tuple[BookableVenue, ...]:
            return tuple(BookableVenue(*tuple(row)) for row in await self._database.fetch(VENUES.venues_to_book, now))

        with working_for(None):
            return await self._bookable.read(None, load)

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
        return (self._organisations.fresh(None) or await self._read_organisations()).ids

    async def organisation_named(self, named: str) -> Organisation | None:
        """Return the organisation of this short name or id; None if there is none."""
        text = named.strip().lower()
        for one in (await self._read_organisations()).all:
            if text in (one.slug, str(one.org_id)):
                return one
        return None

    async def _read_organisations(self) -> _Organisations:
        async def load() -> _Organisations:
            rows = await self._database.fetch(VENUES.organisations)
            found = tuple(Organisation(*tuple(row)) for row in rows)
            return _Organisations(found, frozenset(one.org_id for one in found))

        with working_for(None):
            return await self._organisations.read(None, load)

    async def only_organisation(self) -> int | None:
        """Return the id of the only organisation; None if there are none or several."""
        known = await self.organisations()
        return next(iter(known)) if len(known) == 1 else None

    def forget(self) -> None:
        for kept in (self._known, self._first, self._organisations, self._bookable):
            kept.forget()
