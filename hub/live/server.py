"""The live hub: every open socket of this process, and what they share.

`hub/app.py` makes one, starts it before the first request and stops it when the process goes.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from aiohttp import web

from hub.actions.booking.availability import FRESH_SECONDS, Availability
from hub.actions.reporting.counts import DayCounts, day_counts
from hub.actions.reporting.feed import latest_scans
from hub.actions.reporting.gate_activity import gate_activity
from hub.actions.scanning.entry_scans import EntryScans
from hub.actions.scanning.exit_scans import ExitScans
from hub.actions.scanning.offline_sync import OfflineSync
from hub.actions.venues.venues import read_venue
from hub.events.announcements import Announcement, SlotsEdited, TicketsChanged, TopicEvent
from hub.events.scan_events import LoggedScan
from hub.live.channels.counts import Key, Room, Rooms
from hub.live.channels.device_registry import Scanners
from hub.live.channels.devices import DeviceRooms
from hub.live.channels.events import EventRooms
from hub.live.channels.months import MonthRoom, MonthRooms
from hub.live.channels.resync import AUDIT_SECONDS, Audit
from hub.live.channels.scans import KEPT_SCANS, Feed, FeedKey
from hub.live.channels.statistics import FIGURES_SECONDS, FigureRoom, FigureRooms
from hub.live.channels.tickets import TicketNews
from hub.live.connection import message_rate as pace
from hub.live.connection.socket_session import CLOSE_SECONDS
from hub.live.connection.timer_wheel import TURN_SECONDS, Wheel
from hub.live.endpoints.authentication import SignIn
from hub.live.endpoints.calendar_endpoint import calendar_endpoint
from hub.live.endpoints.calendar_sockets import Audience, Seated
from hub.live.endpoints.handshake import live_endpoint
from hub.live.endpoints.staff_connection import Connection
from hub.live.endpoints.staff_sockets import Presence, Present
from hub.live.relay import Relay
from hub.observability import telemetry
from hub.rules.venue_day import midnight, today
from hub.services import Services

RETIRE_SECONDS = 1.5
"""For commands under way, when the hub stops."""

T = TypeVar("T")

log = logging.getLogger(__name__)


class LiveHub:
    def __init__(
        self,
        services: Services,
        door: EntryScans,
        exit_scans: ExitScans,
        offline_sync: OfflineSync,
        calendar: Availability,
        *,
        audit_seconds: float = AUDIT_SECONDS,
    ) -> None:
        self.services = services
        self.door = door
        self.exit_scans = exit_scans
        self.offline_sync = offline_sync
        self.presence = Presence()
        self.rooms = Rooms(self._day_counts)
        self.audit: Audit[Room] = Audit(self.rooms, every=audit_seconds)
        self.audience = Audience(services.settings.public_sockets_per_ip)
        self.months = MonthRooms(calendar)
        self.months_audit: Audit[MonthRoom] = Audit(self.months, every=FRESH_SECONDS)
        self.figure_rooms = FigureRooms(services)
        self.figure_readings: Audit[FigureRoom] = Audit(self.figure_rooms, every=FIGURES_SECONDS)
        self.ticket_news = TicketNews()
        self.events = EventRooms()
        self.feed = Feed(self._latest_scans, services.scan_events.peers, services.clock.now)
        self.scanners = Scanners()
        self.device_rooms = DeviceRooms(
            self.scanners,
            services.redis,
            services.announcer.origin,
            services.clock.now,
            partial(gate_activity, services),
        )
        self.relay = Relay(services.redis, services.announcer, self._gap)
        self.sign_in = SignIn(services)
        self.wheel = Wheel()
        self.limit = pace.limit(services.settings.rate_operator)
        self.put_out = 0
        self.loop: asyncio.AbstractEventLoop
        self.stopping = False
        self._on_gap: list[Callable[[], None]] = []
        self._empty = asyncio.Event()
        self._deeds: set[asyncio.Task[None]] = set()
        self._rounds: list[asyncio.Task[None]] = []
        services.announcer.listen(self._hear)
        services.scan_events.listen(self.feed.hear)
        services.scan_events.listen(self.scanners.hear)
        services.sessions.on_end(self._session_ended)

    async def start(self) -> None:
        self.loop = asyncio.get_running_loop()
        rounds = {
            "live-wheel": self._turn(),
            "live-audit": self.audit.run(),
            "live-months-audit": self.months_audit.run(),
            "live-figures": self.figure_readings.run(),
            "live-relay": self.relay.run(),
            "live-feed": self.feed.run(),
            "live-devices": self.device_rooms.run(),
            "live-fellows": self.services.scan_events.peers.run(),
        }
        self._rounds = [self.loop.create_task(run, name=name) for name, run in rounds.items()]

    async def endpoint(self, request: web.Request) -> web.StreamResponse:
        """Serve `GET /ws`."""
        return await live_endpoint(self, request)

    async def calendar(self, request: web.Request, address: str) -> web.StreamResponse:
        """Serve `GET /ws/availability`; `address` is the client's, as a rate limit counts it."""
        return await calendar_endpoint(self, request, address)

    async def stop(self) -> None:
        """Answer what is under way, say goodbye to all with 1012 and when to come back, and cut who does not part."""
        self.stopping = True
        for batch in _batches(self.presence.everybody()):
            for connection in batch:
                connection.retire()
            await asyncio.sleep(0)
        for spectators in _batches(self.audience.everybody()):
            for spectator in spectators:
                spectator.say_goodbye()
            await asyncio.sleep(0)
        await self._parted(RETIRE_SECONDS)
        for connection in self.presence.everybody():
            connection.say_goodbye()
        await self._parted(CLOSE_SECONDS)
        for task in [*self._rounds, *self._deeds]:
            task.cancel()
        await asyncio.gather(*self._rounds, *self._deeds, return_exceptions=True)
        self.rooms.close()
        self.months.close()
        self.figure_rooms.close()
        self.ticket_news.close()
        self.events.close()
        self.feed.close()
        self.device_rooms.close()

    def figures(self) -> dict[str, Any]:
        """What this process holds, for /metrics and the control room."""
        return {
            "sockets": len(self.presence),
            "strangers": self.presence.strangers,
            "by_role": dict(self.presence.by_role),
            "spectators": len(self.audience),
            "boards": len(self.rooms),
            "months": len(self.months),
            "feeds": len(self.feed),
            "put_out": self.put_out,
            "healed": self.audit.healed,
            "months_healed": self.months_audit.healed,
            "relay_connected": self.relay.connected,
        }

    def on_gap(self, deed: Callable[[], None]) -> None:
        """Have `deed` called where something that other processes announced may have been missed."""
        self._on_gap.append(deed)

    # ---- For the connections

    def follow(self, deed: Coroutine[Any, Any, None]) -> None:
        """Run a deed to its end, whatever becomes of the socket that asked for it."""
        task = self.loop.create_task(deed, name="live-deed")
        self._deeds.add(task)
        task.add_done_callback(self._deeds.discard)

    def came(self, connection: Connection) -> None:
        self._empty.clear()
        self.presence.came(connection)
        telemetry.sockets_open.set(len(self.presence))

    def left(self, connection: Connection) -> None:
        self.presence.left(connection)
        telemetry.sockets_open.set(len(self.presence))
        self._note_empty()

    def spectator_came(self, spectator: Seated) -> None:
        self.audience.came(spectator)
        telemetry.spectators_open.set(len(self.audience))

    def spectator_left(self, spectator: Seated) -> None:
        self.audience.left(spectator)
        telemetry.spectators_open.set(len(self.audience))
        self._note_empty()

    def reconnect_after_ms(self) -> int:
        """A draw that spreads as many clients as there are over a time in which they can be served."""
        return random.randint(100, 1000 + min(9000, 2 * self._open))  # noqa: S311 - jitter

    # ---- Behind it

    async def _day_counts(self, key: Key) -> DayCounts:
        return await day_counts(self.services, *key)

    async def _latest_scans(self, key: FeedKey, since: datetime | None) -> list[LoggedScan]:
        if since is None:
            venue = await read_venue(self.services, key.org_id, key.venue_id)
            since = midnight(today(self.services.clock.now(), venue.zone), venue.zone)
        return await latest_scans(self.services, key.org_id, key.venue_id, key.wish, since=since, limit=KEPT_SCANS)

    @property
    def _open(self) -> int:
        return len(self.presence) + len(self.audience)

    def _note_empty(self) -> None:
        if not self._open:
            self._empty.set()

    def _look_again(self) -> None:
        """Something may have been missed: have everything that is watched compared with Postgres."""
        self.audit.hurry()
        self.months_audit.hurry()

    def _gap(self) -> None:
        """What other processes announced until now may have been missed."""
        self._look_again()
        self.ticket_news.missed()
        self.events.missed()
        self.feed.hurry()
        self.services.scan_events.peers.say()
        for deed in self._on_gap:
            deed()

    async def _parted(self, seconds: float) -> None:
        if not self._open:
            return
        self._empty.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            pass

    async def _turn(self) -> None:
        offset = self.services.clock.offset_seconds
        while True:
            await asyncio.sleep(TURN_SECONDS)
            try:
                self.wheel.turn()
                if self.services.clock.offset_seconds != offset:
                    # The clock has jumped: sessions end by it, the wheel does not turn by it.
                    offset = self.services.clock.offset_seconds
                    self._end(self.presence.everybody())
            except Exception:
                log.exception("wheel.failed")

    def _hear(self, announcement: Announcement) -> None:
        match announcement:
            case SlotsEdited():
                self._look_again()
            case TicketsChanged():
                self.ticket_news.hear(announcement)
            case TopicEvent():
                self.events.hear(announcement)
            case _:
                self.rooms.hear(announcement)

    def _session_ended(self, org_id: int, jti: str | None, staff_id: int | None, _before: datetime | None) -> None:
        if jti is not None:
            self._end(self.presence.of_session(org_id, jti))
        elif staff_id is not None:
            self._end(self.presence.of_staff(org_id, staff_id))

    def _end(self, suspects: Iterable[Present]) -> None:
        """Close those whose session is over, by its time or before it."""
        now = self.services.clock.now()
        for present in suspects:
            identity = present.identity
            if identity is not None and (identity.expires_at <= now or self.services.sessions.has_ended(identity)):
                present.end_session()


def _batches(everybody: list[T], size: int = 200) -> list[list[T]]:
    return [everybody[start : start + size] for start in range(0, len(everybody), size)]
