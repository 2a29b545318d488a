"""The duplicate alarm job: raises an alarm when one code is scanned at two gates, in whichever hub processes.

Every process keeps the recent scans of all processes. It reads them from the scan log at start-up, and after a gap in the
announcements. Processes that find the same pair write the same row, and the one that inserts it publishes the alarm.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from hub.actions.scanning.duplicate_alarms import raise_alarm, recent_scans
from hub.events.scan_events import LoggedScan
from hub.observability import telemetry
from hub.rules.refusals import Refused
from hub.rules.two_gates import Sightings
from hub.services import Services

POLICY_SECONDS = 5.0
TRIES = 5
TRY_AGAIN_SECONDS = 1.0
MODES = ("validate", "verify")
RETURNS = ("MAY_RETURN", "RE_ENTRY")
"""Reasons of a return: the visitor has left with the ticket meanwhile, so it is not a copy."""
AT_ONCE = 2
"""Alarms written at the same time. Scanners that reconnect may cause hundreds, and the scans need Postgres too."""

Venue = tuple[int, int]

log = logging.getLogger(__name__)


def _in_parts(scan: LoggedScan) -> bool:
    """Whether the code was shown for people who had not come in: the parts of a party may come to any gates."""
    return scan.remaining is not None and (scan.remaining > 0 or scan.entered)


class DuplicateAlarmJob:
    """The job of one process. Start `run()` as a task, and cancel it to stop."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._venues: dict[Venue, Sightings[LoggedScan] | None] = {}
        """Sightings by venue; None if the venue's policy is off."""
        self._unknown: dict[Venue, list[LoggedScan]] = {}
        self._wakened = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._look_back = True
        services.scan_events.listen(self.receive)
        services.scan_events.needed_elsewhere = self._counts

    def look_back(self) -> None:
        """Read the scan log at the next turn, because announcements of other processes may have been lost."""
        self._look_back = True
        self._wakened.set()

    def receive(self, scans: Sequence[LoggedScan]) -> None:
        """Compare decided scans with recent ones; called for every batch of scans."""
        venues = self._venues
        for scan in scans:
            if scan.gate is None or scan.mode not in MODES:
                continue
            where = scan[:2]
            if where not in venues:
                # The next turn reads this venue's policy. Until then its scans wait here.
                self._unknown.setdefault(where, []).append(scan)
                self._wakened.set()
                continue
            sightings = venues[where]
            # An offline scan that is synced too late to stop anybody is a conflict, not an alarm.
            if sightings is not None and scan.at - scan.moment <= sightings.within:
                if scan.reason in RETURNS or _in_parts(scan):
                    sightings.forget(scan.code)
                other = sightings.see(scan.code, scan)
                if other is not None:
                    self._start_raising(scan, other)

    def _counts(self, scan: LoggedScan) -> bool:
        return (
            scan.gate is not None
            and scan.mode in MODES
            and self._venues.get((scan.org_id, scan.venue_id), True) is not None
        )

    async def run(self) -> None:
        """Read the venues' policies every few seconds, and the log if scans may have been missed, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(POLICY_SECONDS):
                    await self._wakened.wait()
            except TimeoutError:
                pass
            self._wakened.clear()
            try:
                await self._follow_policies()
                if self._look_back:
                    found = await recent_scans(self._services)
                    self._look_back = False
                    await self._learn({(scan.org_id, scan.venue_id) for scan in found})
                    self.receive(found)
            except Exception as error:  # noqa: BLE001 - Postgres may be away; the next turn tries again
                log.debug("two_gates.postponed", extra={"error": type(error).__name__})
                await asyncio.sleep(TRY_AGAIN_SECONDS)
                self._wakened.set()

    async def _follow_policies(self) -> None:
        waiting, self._unknown = self._unknown, {}
        try:
            await self._learn({*self._venues, *waiting})
        except BaseException:
            for where, scans in self._unknown.items():
                waiting.setdefault(where, []).extend(scans)
            self._unknown = waiting
            raise
        for scans in waiting.values():
            self.receive(scans)

    async def _learn(self, venues: set[Venue]) -> None:
        for where in venues:
            try:
                minutes = (await self._services.venues.read(*where)).duplicate_alarm_minutes
            except Refused:
                minutes = None
            known = self._venues.get(where)
            if minutes is None:
                self._venues[where] = None
            elif known is None:
                self._venues[where] = Sightings(timedelta(minutes=minutes))
            else:
                known.within = timedelta(minutes=minutes)

    def _start_raising(self, scan: LoggedScan, other: LoggedScan) -> None:
        task = asyncio.get_running_loop().create_task(self._raise(scan, other), name="two-gates-alarm")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _raise(self, scan: LoggedScan, other: LoggedScan) -> None:
        for attempt in range(TRIES):
            try:
                async with self._at_once:
                    await raise_alarm(self._services, other, scan)
            except Exception as error:  # noqa: BLE001 - Postgres may be away
                if attempt == TRIES - 1:
                    telemetry.background_failures.labels("two gates").inc()
                    log.warning("two_gates.not_raised", extra={"error": type(error).__name__})
                await asyncio.sleep(TRY_AGAIN_SECONDS * 2**attempt)
            else:
                return
