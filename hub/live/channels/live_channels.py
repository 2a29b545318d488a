"""Live channels: the channels of all kinds, their resyncs, and the dispatch of announcements and scans to them."""

from collections.abc import Coroutine
from datetime import datetime
from functools import partial
from typing import Any

from hub.actions.booking.availability import FRESH_SECONDS, Availability
from hub.actions.reporting.counts import DayCounts, day_counts
from hub.actions.reporting.feed import latest_scans
from hub.actions.reporting.gate_activity import gate_activity
from hub.actions.venues.venues import read_venue
from hub.events.announcements import Announcement, SlotsEdited, TicketsChanged, TopicEvent
from hub.events.scan_events import LoggedScan
from hub.live.channels.counts import CountChannels, DayKey
from hub.live.channels.device_registry import DeviceRegistry
from hub.live.channels.devices import DeviceChannels
from hub.live.channels.events import EventChannels
from hub.live.channels.months import MonthChannels
from hub.live.channels.resync import RESYNC_SECONDS, Resync
from hub.live.channels.scans import KEPT_SCANS, ScanChannels, ScanKey
from hub.live.channels.scans import RESYNC_SECONDS as SCANS_RESYNC_SECONDS
from hub.live.channels.shared_devices import SharedDevices
from hub.live.channels.statistics import READ_SECONDS, StatisticsChannels
from hub.live.channels.tickets import TicketChannels
from hub.live.channels.waiting_rooms import WaitingRoomChannels
from hub.rules.venue_day import midnight
from hub.services import Services


class LiveChannels:
    def __init__(self, services: Services, calendar: Availability, *, resync_seconds: float = RESYNC_SECONDS) -> None:
        self._services = services
        self.counts = CountChannels(self._read_counts)
        self.statistics = StatisticsChannels(services)
        self.tickets = TicketChannels()
        self.events = EventChannels()
        self.months = MonthChannels(calendar)
        self.waiting_rooms = WaitingRoomChannels(services)
        self.scans = ScanChannels(self._read_scans, services.scan_events.peers, services.clock.now)
        self.device_registry = DeviceRegistry()
        shared = SharedDevices(self.device_registry, services.redis, services.announcer.origin, services.clock.now)
        self.devices = DeviceChannels(shared, partial(gate_activity, services))
        self.counts_resync = Resync(self.counts, every=resync_seconds)
        self.months_resync = Resync(self.months, every=FRESH_SECONDS)
        self.statistics_resync = Resync(self.statistics, every=READ_SECONDS)
        self.scans_resync = Resync(
            self.scans, every=SCANS_RESYNC_SECONDS, settle_seconds=0.0, failed="feed.not_read", quietly=True
        )

    def jobs(self) -> dict[str, Coroutine[Any, Any, None]]:
        """Return the background coroutines of the server by name."""
        return {
            "live-counts": self.counts_resync.run(),
            "live-months": self.months_resync.run(),
            "live-statistics": self.statistics_resync.run(),
            "live-scans": self.scans_resync.run(),
            "live-waiting-rooms": self.waiting_rooms.run(),
            "live-devices": self.devices.run(),
        }

    def receive(self, announcement: Announcement) -> None:
        """Pass an announcement to the channels that it concerns."""
        match announcement:
            case SlotsEdited():
                self._hurry_slots()
            case TicketsChanged():
                self.tickets.receive(announcement)
            case TopicEvent():
                self.events.receive(announcement)
            case _:
                self.counts.receive(announcement)

    def announcements_missed(self) -> None:
        """Resync all channels and send `missed`, because announcements of other processes may have been lost."""
        self._hurry_slots()
        self.tickets.announcements_missed()
        self.events.announcements_missed()
        self.scans_resync.hurry()

    def close(self) -> None:
        for channels in (
            self.counts, self.months, self.statistics, self.tickets, self.events, self.scans, self.devices,
        ):  # fmt: skip
            channels.close()

    def _hurry_slots(self) -> None:
        self.counts_resync.hurry()
        self.months_resync.hurry()

    async def _read_counts(self, key: DayKey) -> DayCounts:
        return await day_counts(self._services, *key)

    async def _read_scans(self, key: ScanKey, since: datetime | None) -> list[LoggedScan]:
        if since is None:
            venue = await read_venue(self._services, key.org_id, key.venue_id)
            since = midnight(venue.business_day(self._services.clock.now()), venue.zone)
        return await latest_scans(self._services, key.org_id, key.venue_id, key.wanted, since=since, limit=KEPT_SCANS)
