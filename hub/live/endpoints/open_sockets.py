"""Open sockets of this process, of staff and of the public: counted, and waited for when the hub stops."""

import asyncio
import random

from hub.access.tokens import Identity
from hub.live.endpoints.public_sockets import MOST_WAITING_SOCKETS, PublicSocket, PublicSockets
from hub.live.endpoints.staff_sockets import StaffSocket, StaffSockets
from hub.live.endpoints.unauthenticated_sockets import UnauthenticatedSockets
from hub.observability import telemetry


class OpenSockets:
    """The open sockets. `stopping`: the hub stops and accepts no more sockets."""

    def __init__(self, calendar_sockets_per_address: int | None) -> None:
        self.staff = StaffSockets()
        self.unauthenticated = UnauthenticatedSockets()
        self.calendar = PublicSockets(calendar_sockets_per_address)
        self.waiting = PublicSockets(calendar_sockets_per_address, MOST_WAITING_SOCKETS)
        self.stopping = False
        self._empty = asyncio.Event()

    def __len__(self) -> int:
        return len(self.staff) + len(self.calendar) + len(self.waiting)

    def add_staff(self, socket: StaffSocket) -> None:
        self._empty.clear()
        self.staff.add(socket)
        telemetry.sockets_open.set(len(self.staff))

    def sign_in(self, socket: StaffSocket, identity: Identity) -> None:
        self.staff.sign_in(socket, identity)

    def remove_staff(self, socket: StaffSocket) -> None:
        """Called once or more often."""
        self.staff.remove(socket)
        telemetry.sockets_open.set(len(self.staff))
        self._note_empty()

    def add_calendar(self, socket: PublicSocket) -> None:
        self.calendar.add(socket)
        telemetry.spectators_open.set(len(self.calendar))

    def remove_calendar(self, socket: PublicSocket) -> None:
        """Called once or more often."""
        self.calendar.remove(socket)
        telemetry.spectators_open.set(len(self.calendar))
        self._note_empty()

    def add_waiting(self, socket: PublicSocket) -> None:
        self.waiting.add(socket)
        telemetry.waiting_sockets_open.set(len(self.waiting))

    def remove_waiting(self, socket: PublicSocket) -> None:
        """Called once or more often."""
        self.waiting.remove(socket)
        telemetry.waiting_sockets_open.set(len(self.waiting))
        self._note_empty()

    def reconnect_after_ms(self) -> int:
        """Return a random time in milliseconds, from a span in which all current clients can be served."""
        return random.randint(100, 1000 + min(9000, 2 * len(self)))  # noqa: S311 - jitter

    async def wait_until_empty(self, seconds: float) -> None:
        """Wait until no socket is open, for at most `seconds`."""
        if not len(self):
            return
        self._empty.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            pass

    def _note_empty(self) -> None:
        if not len(self):
            self._empty.set()
