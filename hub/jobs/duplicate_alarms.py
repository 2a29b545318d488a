"""The watch over the gates: notices a code that is shown at two of them, whichever hub processes decided, and raises the alarm.

Every process remembers what all of them see, and reads it back from the log when it opens or has been deaf. Two that notice
the same pair write the same row, and whoever writes it tells.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from hub.actions.scanning.duplicate_alarms import raise_alarm, recent_presentations
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
"""Whoever comes back has gone out with the ticket meanwhile: at whichever gate they came in before, it is no copy."""
AT_ONCE = 2
"""Alarms that are written down at the same time: scanners that come back may bring hundreds of copies with them, and who
stands at the gates needs Postgres too."""

Venue = tuple[int, int]

log = logging.getLogger(__name__)


class TwoGates:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._venues: dict[Venue, Sightings[LoggedScan] | None] = {}
        """None: the venue wants no such alarm."""
        self._unknown: dict[Venue, list[LoggedScan]] = {}
        self._wakened = asyncio.Event()
        self._deeds: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._look_back = True
        services.scan_events.listen(self.hear)
        services.scan_events.needed_elsewhere = self._counts

    def look_back(self) -> None:
        """What other processes told may have been missed: read it from the log."""
        self._look_back = True
        self._wakened.set()

    def hear(self, scans: Sequence[LoggedScan]) -> None:
        """Take what was decided; at every flight of the door."""
        venues = self._venues
        for seen in scans:
            if seen.gate is None or seen.mode not in MODES:
                continue
            where = seen[:2]
            if where not in venues:
                # Its policy is read in a moment; until then its scans wait here.
                self._unknown.setdefault(where, []).append(seen)
                self._wakened.set()
                continue
            sightings = venues[where]
            # What was scanned without a line and comes too late for anybody to be met at the gate is a conflict, and no alarm.
            if sightings is not None and seen.at - seen.moment <= sightings.within:
                if seen.reason in RETURNS:
                    sightings.forget(seen.code)
                other = sightings.see(seen.code, seen)
                if other is not None:
                    self._begin(seen, other)

    def _counts(self, seen: LoggedScan) -> bool:
        return (
            seen.gate is not None
            and seen.mode in MODES
            and self._venues.get((seen.org_id, seen.venue_id), True) is not None
        )

    async def run(self) -> None:
        """Follow the venues' policies, and look back where something may have been missed, until cancelled."""
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
                    found = await recent_presentations(self._services)
                    self._look_back = False
                    await self._learn({(seen.org_id, seen.venue_id) for seen in found})
                    self.hear(found)
            except Exception as trouble:  # noqa: BLE001 - Postgres may be away; the next round tries again
                log.debug("two_gates.postponed", extra={"error": type(trouble).__name__})
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
            self.hear(scans)

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

    def _begin(self, seen: LoggedScan, other: LoggedScan) -> None:
        deed = asyncio.get_running_loop().create_task(self._raise(seen, other), name="two-gates-alarm")
        self._deeds.add(deed)
        deed.add_done_callback(self._deeds.discard)

    async def _raise(self, seen: LoggedScan, other: LoggedScan) -> None:
        for attempt in range(TRIES):
            try:
                async with self._turns:
                    await raise_alarm(self._services, other, seen)
            except Exception as trouble:  # noqa: BLE001 - Postgres may be away
                if attempt == TRIES - 1:
                    telemetry.background_failures.labels("two gates").inc()
                    log.warning("two_gates.not_raised", extra={"error": type(trouble).__name__})
                await asyncio.sleep(TRY_AGAIN_SECONDS * 2**attempt)
            else:
                return
