"""The waiting list round: serves the lines of full slots as soon as a place comes free, and again every few seconds."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from db.pool import DatabaseDown
from hub.actions.waitlist.offer_places import serve_lines
from hub.events.announcements import Announcement, SlotChanged, SlotsEdited
from hub.observability import telemetry
from hub.observability.logs import event

if TYPE_CHECKING:
    from hub.services import Services

PERIOD_SECONDS = 2.0
"""Offers run out at moments nobody announces, and an announcement may be lost."""
GATHER_SECONDS = 0.05
"""A cancelled party is announced slot by slot; several announcements are served together."""


class WaitlistJob:
    """`run()` until cancelled. Every hub has one; which of them serves a line is decided by the line's lock."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._wakened = asyncio.Event()
        services.announcer.listen(self._hear)

    async def run(self) -> None:
        """Serve, again and again. Postgres away is waited for; any other trouble is logged and outlived."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wakened.wait(), PERIOD_SECONDS)
                await asyncio.sleep(GATHER_SECONDS)
            self._wakened.clear()
            try:
                await serve_lines(self._services)
            except (DatabaseDown, OSError) as away:
                event("round.postponed", "WARNING", round="waitlist", error=type(away).__name__)
                await asyncio.sleep(PERIOD_SECONDS)
            except Exception as trouble:  # noqa: BLE001 - one bad line must not end all the following rounds
                telemetry.background_failures.labels("waitlist").inc()
                event("round.failed", "ERROR", round="waitlist", error=f"{type(trouble).__name__}: {trouble}")

    def _hear(self, announcement: Announcement) -> None:
        # Only where something is held does somebody wait: bookings by the hundred wake nobody.
        match announcement:
            case SlotChanged(slot=slot) if slot.held > 0:
                self._wakened.set()
            case SlotsEdited():
                self._wakened.set()
