"""Waiting connection: a public socket that follows a visitor's place in a waiting room, without session and `hello`.

client -> hub                             hub -> client
  ping                                      waiting_room   state, position, ahead, seconds, turn_until, rate, opens_at
                                            pong    server_time
                                            error   success, error
                                            bye     reconnect_after_ms
"""

from datetime import datetime
from typing import Protocol

from hub.guards.waiting_room import Place
from hub.live.channels.waiting_rooms import WaitingRoomChannel, WaitingRoomChannels
from hub.live.connection.close_codes import CloseCode
from hub.live.connection.heartbeat import HeartbeatTimes
from hub.live.connection.message_rate import MessageLimit
from hub.live.connection.session_host import SessionHost
from hub.live.connection.socket_session import ClientSocket, SocketSession
from hub.live.endpoints.open_sockets import OpenSockets
from hub.live.protocol import frames
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.waiting_room import RoomName

LIMIT = MessageLimit(1.0, 20)


class Clock(Protocol):
    def now(self) -> datetime: ...


class WaitingConnection(SocketSession):
    __slots__ = (
        "_channel", "_clock", "_frame", "_is_offered", "_name", "_rooms", "_sockets", "address", "asked_at", "is_noted",
        "place",
        "ready_at", "shown", "visitor",
    )  # fmt: skip

    HEARTBEAT = HeartbeatTimes(ping=(40.0, 60.0), subscriber_ping=40.0, pong=25.0)
    """Long times, because fifty thousand wait at once, and the place is kept for two minutes."""
    WRITE_SECONDS = 20.0

    def __init__(
        self,
        client: ClientSocket,
        host: SessionHost,
        sockets: OpenSockets,
        rooms: WaitingRoomChannels,
        clock: Clock,
        *,
        address: str,
        visitor: str,
        name: RoomName,
    ) -> None:
        super().__init__(client, host, LIMIT)
        self.address = address
        self.visitor = visitor
        self.place: Place | None = None
        self.shown: tuple[object, ...] | None = None
        self.ready_at = self.asked_at = 0.0
        self._name = name
        self._sockets = sockets
        self._rooms = rooms
        self._clock = clock
        self._channel: WaitingRoomChannel | None = None
        self._frame: bytes | None = None
        self._is_offered = self.is_noted = False

    async def run(self) -> None:
        """Serve the client until the socket has ended."""
        self._sockets.add_waiting(self)
        wheel = self._host.timer_wheel
        wheel.put(self, self._seconds_to_next(wheel.now))
        await self._serve()

    async def _open(self) -> None:
        """Send the place, which is the first frame."""
        if self._sockets.stopping:  # since the handshake
            self.say_goodbye()
            return
        try:
            channel = self._rooms.channel(self._name)
            self._channel = channel
            await channel.add(self)
        except frames.EXPECTED_ERRORS as caught:
            self.queue.send(frames.failure(None, caught))
            self.close(CloseCode.TRY_LATER)

    def show(self, frame: bytes, *, last: bool = False) -> None:
        """Send the frame, or a newer one in its stead; after the `last` one close the socket."""
        self._frame = frame
        if self.closing:
            return
        if not self._is_offered:
            self._is_offered = True
            self.queue.offer(self)
        if last:
            self.close(CloseCode.NORMAL)

    def render(self) -> bytes | None:
        """Return the newest frame. The send queue calls this when the socket can take it."""
        self._is_offered = False
        frame, self._frame = self._frame, None
        return frame

    def _receive_text(self, payload: bytes) -> None:
        if self.closing:
            return
        frame = frames.parse(payload)
        if frame is None:
            self._receive_unreadable(payload)
        elif self._allows_message(None):
            if frame.type == "ping":
                self.queue.send(frames.pong(self._clock.now()))
            else:
                self._count_bad_frame(Refused(Reason.UNKNOWN_COMMAND))

    @property
    def _is_subscribed(self) -> bool:
        return True

    def _log_close(self, code: int) -> None:
        """Log nothing, because visitors come and go by the thousand. A gauge counts them."""

    def _forget(self) -> None:
        if self._channel is not None:
            self._channel.remove(self)
        self._sockets.remove_waiting(self)
