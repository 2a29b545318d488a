"""Checked tickets: which tickets passed the portal's check on which day, collected here and written in batches.

A check is answered before it is written. A killed process loses the checks of about one second.
"""

import asyncio
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import islice

from db.pool import DatabaseDown
from db.statements import load
from hub.actions.tickets.check import TicketStanding, venue_of_ticket
from hub.observability import telemetry
from hub.rules.refusals import Refused
from hub.rules.venue_day import today
from hub.services import Services

CHECKS = load("tickets/checks")
WRITE_EVERY = 1.0
"""Seconds between two writes."""
BATCH = 500
MOST_KEPT = 50_000
"""Checks kept while Postgres is down, about 25 MB. Without Postgres no ticket is checked, so they hardly grow."""
LAST_WRITE = 3.0
"""Seconds that a closing hub spends on writing the rest."""
KEPT_DAYS = 400
"""Days that checks are kept, so that a year can be compared with the year before."""


class CheckedTickets:
    """The checks of a process. Call `note` for every good check, `write` every second, and `close` once at the end."""

    def __init__(self, services: Services) -> None:
        self._services = services
        # By ticket and minute: repeated checks within a minute count once, and no venue's day begins within a minute.
        self._kept: dict[tuple[int, int, int], tuple[TicketStanding, datetime]] = {}
        self._lost = 0

    def note(self, org_id: int, standing: TicketStanding, at: datetime) -> None:
        key = org_id, standing.ticket_id, int(at.timestamp()) // 60
        if key in self._kept:
            return
        if len(self._kept) >= MOST_KEPT:
            self._lost += 1
            return
        self._kept[key] = standing, at

    async def write(self) -> None:
        """Write the collected checks, oldest first. Raises DatabaseDown, and then keeps what may not have been written."""
        self._report_lost()
        while self._kept:
            batch = dict(islice(self._kept.items(), BATCH))
            rows: dict[tuple[int, int, date], tuple[int, datetime]] = {}
            for (org_id, ticket_id, _), (standing, at) in batch.items():
                with suppress(Refused):  # the venue is gone, so there is no day to count for
                    venue = await venue_of_ticket(self._services, org_id, standing)
                    if venue is not None:
                        rows.setdefault((org_id, ticket_id, today(at, venue.zone)), (venue.id, at))
            if rows:
                columns = zip(*((*key, *rest) for key, rest in rows.items()), strict=True)
                await self._services.database.execute(CHECKS.keep_checks, *(list(column) for column in columns))
            for key in batch:
                del self._kept[key]

    async def close(self) -> None:
        """Write the rest. Checks that Postgres does not take in time are logged as lost."""
        with suppress(DatabaseDown, OSError, TimeoutError):
            await asyncio.wait_for(self.write(), LAST_WRITE)
        self._lost += len(self._kept)
        self._kept.clear()
        self._report_lost()

    def _report_lost(self) -> None:
        if self._lost:
            telemetry.event(telemetry.CHECKS_LOST, "WARNING", count=self._lost)
            self._lost = 0


async def drop_old_checks(services: Services) -> None:
    await services.database.execute(CHECKS.drop_old_checks, services.clock.now().date() - timedelta(days=KEPT_DAYS))
