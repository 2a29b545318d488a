"""The waiting list job: offers places of full slots as soon as they become free, and checks again every two seconds."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from db.pool import DatabaseDown
from hub.actions.waitlist.offer_places import serve_waitlists
from hub.events.announcements import Announcement, SlotChanged, SlotsEdited
from hub.observability import telemetry
from hub.observability.logs import event

if TYPE_CHECKING:
    from hub.services import Services

PERIOD_SECONDS = 2.0
"""Seconds between two checks: an offer expires without an announcement, and an announcement may be lost."""
GATHER_SECONDS = 0.05
"""Seconds to wait after an announcement, to collect the others of the same cancelled party."""


class WaitlistJob:
    """The job of one process: `run()` until cancelled. A lock on a slot's waiting list decides which process serves it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._woken = asyncio.Event()
        services.announcer.listen(self._receive)

    async def run(self) -> None:
        """Serve until cancelled. The job waits while Postgres is down, logs any other error, and goes on."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), PERIOD_SECONDS)
                await asyncio.sleep(GATHER_SECONDS)
            self._woken.clear()
            try:
                await serve_waitlists(self._services)
            except (DatabaseDown, OSError) as away:
                event("round.postponed", "WARNING", round="waitlist", error=type(away).__name__)
                await asyncio.sleep(PERIOD_SECONDS)
            except Exception as error:  # noqa: BLE001 - one failed run must not end the following ones
                telemetry.background_failures.labels("waitlist").inc()
                event("round.failed", "ERROR", round="waitlist", error=f"{type(error).__name__}: {error}")

    def _receive(self, announcement: Announcement) -> None:
        # Somebody waits only if places are held. So the bookings of a rush do not wake the job.
        match announcement:
            case SlotChanged(slot=slot) if slot.held > 0:
                self._woken.set()
            case SlotsEdited():
                self._woken.set()
