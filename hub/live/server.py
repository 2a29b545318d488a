"""Live server: all open sockets of this process, and the channels and services they share.

`hub/app.py` makes one, starts it before the first request and stops it when the process ends.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from aiohttp import web

from hub.access.tokens import Identity
from hub.actions.booking.availability import Availability
from hub.actions.scanning.entry_scans import EntryScans
from hub.actions.scanning.exit_scans import ExitScans
from hub.actions.scanning.offline_sync import OfflineSync
from hub.batching.task_ending import end_tasks
from hub.live.channels.live_channels import LiveChannels
from hub.live.channels.resync import RESYNC_SECONDS
from hub.live.commands.context import ScanActions
from hub.live.connection.message_rate import message_limit
from hub.live.connection.session_host import SessionHost
from hub.live.connection.socket_session import CLOSE_SECONDS
from hub.live.connection.timer_wheel import TURN_SECONDS
from hub.live.endpoints.authentication import Authentication
from hub.live.endpoints.calendar_endpoint import serve_calendar
from hub.live.endpoints.open_sockets import OpenSockets
from hub.live.endpoints.staff_connection import StaffServices
from hub.live.endpoints.staff_endpoint import serve_staff
from hub.live.endpoints.staff_sockets import StaffSocket
from hub.live.endpoints.waiting_endpoint import serve_waiting
from hub.live.relay import Relay
from hub.rules.address_list import Address
from hub.services import Services

RETIRE_SECONDS = 1.5
"""Seconds for commands in flight when the hub stops."""

T = TypeVar("T")

log = logging.getLogger(__name__)


class LiveServer:
    def __init__(
        self,
        services: Services,
        entry_scans: EntryScans,
        exit_scans: ExitScans,
        offline_sync: OfflineSync,
        calendar: Availability,
        *,
        resync_seconds: float = RESYNC_SECONDS,
    ) -> None:
        self.services = services
        self.scans = ScanActions(entry_scans, exit_scans, offline_sync)
        self.sockets = OpenSockets(services.settings.public_sockets_per_ip)
        self.host = SessionHost(self.sockets.reconnect_after_ms)
        self.channels = LiveChannels(services, calendar, resync_seconds=resync_seconds)
        self.authentication = Authentication(services)
        self.relay = Relay(services.redis, services.announcer, self._announcements_missed)
        self._staff = StaffServices(
            services, self.authentication, self.sockets, self.channels, self.scans,
            message_limit(services.settings.rate_operator),
        )  # fmt: skip
        self._on_gap: list[Callable[[], None]] = []
        self._jobs: list[asyncio.Task[None]] = []
        services.announcer.listen(self.channels.receive)
        services.scan_events.listen(self.channels.scans.receive)
        services.scan_events.listen(self.channels.device_registry.receive)
        services.sessions.on_end(self._session_ended)
        services.scanners.on_change(self._scanner_changed)

    async def start(self) -> None:
        jobs = {
            **self.channels.jobs(),
            "live-timer-wheel": self._turn_timer_wheel(),
            "live-relay": self.relay.run(),
            "live-peers": self.services.scan_events.peers.run(),
        }
        self._jobs = [asyncio.get_running_loop().create_task(job, name=name) for name, job in jobs.items()]

    async def serve_staff(self, request: web.Request, address: Address | None, network: str) -> web.StreamResponse:
        """Serve `GET /ws`; `address` is the client's, and `network` is it as a limit counts it."""
        return await serve_staff(request, address, network, self.host, self._staff)

    async def serve_calendar(self, request: web.Request, address: str) -> web.StreamResponse:
        """Serve `GET /ws/availability`; `address` is the client's, as a rate limit counts it."""
        return await serve_calendar(
            request, address, self.host, services=self.services, authentication=self.authentication,
            sockets=self.sockets, months=self.channels.months,
        )  # fmt: skip

    async def serve_waiting(self, request: web.Request, address: str) -> web.StreamResponse:
        """Serve `GET /ws/waiting-room`; `address` is the client's, as a rate limit counts it."""
        return await serve_waiting(
            request, address, self.host, services=self.services, authentication=self.authentication,
            sockets=self.sockets, rooms=self.channels.waiting_rooms,
        )  # fmt: skip

    async def stop(self) -> None:
        """Reply to commands in flight, close all sockets with 1012 and a time to reconnect, and cut those that do not close."""
        self.sockets.stopping = True
        for batch in _batches(self.sockets.staff.all()):
            for socket in batch:
                socket.retire()
            await asyncio.sleep(0)
        for public_batch in _batches([*self.sockets.calendar.all(), *self.sockets.waiting.all()]):
            for public_socket in public_batch:
                public_socket.say_goodbye()
            await asyncio.sleep(0)
        await self.sockets.wait_until_empty(RETIRE_SECONDS)
        for socket in self.sockets.staff.all():
            socket.say_goodbye()
        await self.host.wait_until_none_is_served(CLOSE_SECONDS)
        await end_tasks(self._jobs)
        await self.host.background.cancel_all()
        self.channels.close()

    def identities(self) -> list[Identity]:
        """Return the identities of all open sockets."""
        return [socket.identity for socket in self.sockets.staff.all() if socket.identity is not None]

    def on_gap(self, action: Callable[[], None]) -> None:
        """Call `action` whenever announcements of other processes may have been lost."""
        self._on_gap.append(action)

    def _announcements_missed(self) -> None:
        self.channels.announcements_missed()
        self.services.scan_events.peers.announce()
        for action in self._on_gap:
            action()

    async def _turn_timer_wheel(self) -> None:
        clock = self.services.clock
        offset = clock.offset_seconds
        while True:
            await asyncio.sleep(TURN_SECONDS)
            try:
                self.host.timer_wheel.turn()
                if clock.offset_seconds != offset:
                    # The clock has jumped. Sessions end by the clock, but the timer wheel does not follow it.
                    offset = clock.offset_seconds
                    self._end_sessions(self.sockets.staff.all())
            except Exception:
                log.exception("wheel.failed")

    def _session_ended(self, org_id: int, jti: str | None, staff_id: int | None, _before: datetime | None) -> None:
        if jti is not None:
            self._end_sessions(self.sockets.staff.of_session(org_id, jti))
        elif staff_id is not None:
            self._end_sessions(self.sockets.staff.of_staff(org_id, staff_id))

    def _scanner_changed(self, org_id: int, scanner_id: int) -> None:
        for socket in self.sockets.staff.of_scanner(org_id, scanner_id):
            socket.check_scanner()

    def _end_sessions(self, sockets: Iterable[StaffSocket]) -> None:
        """Close the sockets whose session has expired or was ended."""
        now = self.services.clock.now()
        for socket in sockets:
            identity = socket.identity
            if identity is not None and (identity.expires_at <= now or self.services.sessions.has_ended(identity)):
                socket.end_session()


def _batches(sockets: list[T], size: int = 200) -> list[list[T]]:
    return [sockets[start : start + size] for start in range(0, len(sockets), size)]
