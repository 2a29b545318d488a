"""Steps of the booking page that are only counted: contact details that were accepted, and refusals.

A visitor is answered before anything is written. A second later one statement writes what this process has collected, and a stopping
hub writes the rest. A killed one loses about a second.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Literal
from uuid import uuid4

from db.pool import DatabaseDown
from db.statements import load
from hub.observability import telemetry
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from hub.rules.venue_day import today
from hub.services import Services

STEPS = load("reporting/portal_steps")
BATCH = 500
MOST_KEPT = 50_000
"""Tickets kept while Postgres is down, and refused codes that are remembered for a minute."""
LAST_WRITE = 3.0
"""Seconds that a closing hub spends on writing the rest."""
_A_MINUTE = timedelta(minutes=1)
KEPT_DAYS = 400
"""Days that rows are kept, as checks are."""

Step = Literal["ticket", "contact", "booking"]
_Cell = tuple[int, int, date, str, str]
"""Organisation, venue, date, step and reason."""


class PortalSteps:
    """The steps of this process. Call `write` every second, and `close` once at the end."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._process = uuid4()
        self._contacts: dict[tuple[int | None, int], datetime] = {}
        self._lost = 0
        # By organisation, venue (None: not known), step, reason and minute. No venue's day begins within a minute.
        self._refused: Counter[tuple[int | None, int | None, Step, str, datetime]] = Counter()
        self._counted: dict[_Cell, int] = {}
        """The whole counts of this process, of days that may still grow."""
        self._unwritten: set[_Cell] = set()
        self._seen: dict[tuple[int, str, str], datetime] = {}
        self._this_minute = datetime.min.replace(tzinfo=UTC)

    def accept_contact(self, org_id: int | None, ticket_id: int) -> None:
        """Note that good contact details were given for a ticket, which need not exist. `org_id` as in `refuse`."""
        key = org_id, ticket_id
        if key not in self._contacts:
            if len(self._contacts) >= MOST_KEPT:
                self._lost += 1
                return
            self._contacts[key] = self._services.clock.now()

    def refuse(self, org_id: int | None, venue_id: int | None, step: Step, reason: str) -> None:
        """Count a refusal. None means the only organisation of this hub, and the first venue of the organisation."""
        self._refused[org_id, venue_id or None, step, str(reason), self._minute()] += 1

    def refuse_code(self, org_id: int, venue_id: int | None, code: str, reason: str) -> None:
        """Count a refused ticket. The same code counts once a minute, because pages check again what they show."""
        key, minute = (org_id, code, reason), self._minute()
        if self._seen.get(key) == minute:
            return
        if len(self._seen) < MOST_KEPT:
            self._seen[key] = minute
        self.refuse(org_id, venue_id, "ticket", reason)

    async def write(self) -> None:
        """Write what was collected. Raises DatabaseDown, and then keeps what may not have been written."""
        self._report_lost()
        minute = self._minute()
        self._seen = {key: then for key, then in self._seen.items() if then == minute}
        await self._write_refusals()
        while self._contacts:
            batch = dict(islice(self._contacts.items(), BATCH))
            rows: dict[tuple[int, int], datetime] = {}
            for (named, ticket_id), at in batch.items():
                org_id = named or await self._services.venues.only_organisation()
                if org_id is not None:
                    rows.setdefault((org_id, ticket_id), at)
            if rows:
                columns = zip(*((*key, at) for key, at in rows.items()), strict=True)
                await self._services.database.execute(STEPS.keep_contacts, *(list(column) for column in columns))
            for key in batch:
                del self._contacts[key]

    async def close(self) -> None:
        """Write the rest. Contact details that Postgres does not take in time are logged as lost."""
        with suppress(DatabaseDown, OSError, TimeoutError):
            await asyncio.wait_for(self.write(), LAST_WRITE)
        self._lost += len(self._contacts)
        self._report_lost()

    async def _write_refusals(self) -> None:
        for key in list(self._refused):
            named, venue_id, step, reason, at = key
            venue = await self._venue(named, venue_id)
            count = self._refused.pop(key)
            if venue is not None:
                cell = venue.org_id, venue.id, today(at, venue.zone), step, reason
                self._counted[cell] = self._counted.get(cell, 0) + count
                self._unwritten.add(cell)
        while self._unwritten:
            # A repeated write is harmless, because it always has the whole count.
            cells = {cell: self._counted[cell] for cell in islice(self._unwritten, BATCH)}
            columns = [list(column) for column in zip(*cells, strict=True)]
            await self._services.database.execute(STEPS.keep_refusals, *columns, self._process, list(cells.values()))
            self._unwritten -= {cell for cell, count in cells.items() if self._counted[cell] == count}
        yesterday = self._services.clock.now().date() - timedelta(days=2)
        self._counted = {cell: count for cell, count in self._counted.items() if cell[2] >= yesterday}

    async def _venue(self, org_id: int | None, venue_id: int | None) -> Venue | None:
        """Return the venue that a refusal counts for; None if it is gone, or nobody knows which one it is."""
        venues = self._services.venues
        org_id = org_id or await venues.only_organisation()
        if org_id is None:
            return None
        with suppress(Refused):
            return await (venues.first(org_id) if venue_id is None else venues.read(org_id, venue_id))
        return None

    def _minute(self) -> datetime:
        now = self._services.clock.now()
        if not self._this_minute <= now < self._this_minute + _A_MINUTE:
            self._this_minute = now.replace(second=0, microsecond=0)
        return self._this_minute

    def _report_lost(self) -> None:
        if self._lost:
            telemetry.event(telemetry.CHECKS_LOST, "WARNING", count=self._lost)
            self._lost = 0


async def drop_old_steps(services: Services) -> None:
    """Delete rows that are older than `KEPT_DAYS`."""
    day = services.clock.now().date() - timedelta(days=KEPT_DAYS)
    await services.database.execute(STEPS.drop_old_contacts, day)
    await services.database.execute(STEPS.drop_old_refusals, day)
