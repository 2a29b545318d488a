"""The venues: name, time zone and policies of each, read often and changed seldom."""

import time
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from db.pool import Database
from db.statements import load
from hub.rules.entry_decision import DoorPolicy
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

VENUES = load("venues/venues")
FRESH_SECONDS = 5.0
"""How long a policy change may take to reach a process that has the venue in memory."""


@dataclass(frozen=True, slots=True)
class Venue:
    org_id: int
    id: int
    name: str
    timezone: str
    zone: ZoneInfo
    policy: DoorPolicy
    show_contact: str
    change_cutoff_hours: int
    address: str = ""
    language: str = "en"
    country: str = "US"
    """Whose national phone numbers are understood without a country code (ISO 3166)."""
    contact_check: str = "format"
    """`format` looks at the spelling; `email`, `sms` and `both` ask for one-time codes."""
    reminder_hours: tuple[int, ...] = ()
    waitlist_offer_minutes: int | None = None
    """How long an offer of the waiting list stands; None: no waiting list."""
    no_show_release_minutes: int | None = None
    """Minutes after the start from which an unused reservation gives its place back; None: never."""
    duplicate_alarm_minutes: int | None = 5
    """Within how many minutes a code shown at two gates raises an alarm; None: never."""


class Venues:
    """Remembers each venue for `FRESH_SECONDS`, and which organisations there are."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[int, int], tuple[float, Venue]] = {}
        self._first: dict[int, tuple[float, int]] = {}
        self._organisations: tuple[float, frozenset[int]] | None = None

    def remembered(self, org_id: int, venue_id: int) -> Venue | None:
        """The venue if it is in memory and fresh; for the path that must not wait."""
        known = self._known.get((org_id, venue_id))
        if known is None or time.monotonic() - known[0] > FRESH_SECONDS:
            return None
        return known[1]

    async def read(self, org_id: int, venue_id: int) -> Venue:
        """Return the venue, or refuse NOT_FOUND where this organisation has no such venue."""
        venue = self.remembered(org_id, venue_id)
        if venue is None:
            row = await self._database.fetchrow(VENUES.read_venue, org_id, venue_id)
            if row is None:
                raise Refused(Reason.NOT_FOUND)
            policy = DoorPolicy(
                row["unreserved_entry"], row["late_entry_minutes"], row["early_entry_minutes"], row["re_entry"]
            )
            venue = Venue(org_id, venue_id, row["name"], row["timezone"], ZoneInfo(row["timezone"]), policy,
                          row["show_contact"], row["change_cutoff_hours"], row["address"], row["language"],
                          row["country"], row["contact_check"], tuple(row["reminder_hours"]),
                          row["waitlist_offer_minutes"], row["no_show_release_minutes"],
                          row["duplicate_alarm_minutes"])  # fmt: skip
            self._known[org_id, venue_id] = (time.monotonic(), venue)
        return venue

    async def first(self, org_id: int) -> Venue | None:
        """An organisation's first venue; None where it has none yet."""
        known = self._first.get(org_id)
        if known is None or time.monotonic() - known[0] > FRESH_SECONDS:
            venue_id = await self._database.fetchval(VENUES.first_venue, org_id)
            if venue_id is None:
                return None
            self._first[org_id] = known = (time.monotonic(), venue_id)
        return await self.read(org_id, known[1])

    async def today(self, org_id: int, now: datetime) -> date:
        """The date at an organisation's first venue at the moment `now`; in UTC where it has no venue yet."""
        venue = await self.first(org_id)
        return now.date() if venue is None else now.astimezone(venue.zone).date()

    async def organisations(self) -> frozenset[int]:
        """The ids of all organisations of this hub."""
        if self._organisations is None or time.monotonic() - self._organisations[0] > FRESH_SECONDS:
            rows = await self._database.fetch(VENUES.organisations)
            self._organisations = (time.monotonic(), frozenset(row["id"] for row in rows))
        return self._organisations[1]

    async def only_organisation(self) -> int | None:
        """The organisation of a hub that has just one; None where there are none or several."""
        known = await self.organisations()
        return next(iter(known)) if len(known) == 1 else None

    def forget(self) -> None:
        self._known.clear()
        self._first.clear()
        self._organisations = None
