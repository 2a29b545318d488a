"""Calendar connection: a public socket that follows a month of the calendar or of a show, without session and `hello`.

client -> hub                             hub -> client
  month   month (YYYY-MM)                   slots   month, whole, slots
  ping                                      pong    server_time
                                            error   success, error
                                            bye     reconnect_after_ms
"""

import logging
from datetime import date, datetime
from typing import Protocol

from hub.actions.booking.availability import MonthKey
from hub.live.channels.months import MonthChannels
from hub.live.channels.subscription import Subscription
from hub.live.connection.close_codes import CloseCode
from hub.live.connection.heartbeat import HeartbeatTimes
from hub.live.connection.message_rate import MessageLimit
from hub.live.connection.session_host import SessionHost
from hub.live.connection.socket_session import ClientSocket, SocketSession
from hub.live.endpoints.open_sockets import OpenSockets
from hub.live.protocol import fields, frames
from hub.live.protocol.fields import Fields
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

LIMIT = MessageLimit(2.0, 40)
"""Two messages per second, because sending a whole month takes more than requesting it."""
MONTHS_EACH_WAY = 12

log = logging.getLogger(__name__)


class Clock(Protocol):
    def now(self) -> datetime: ...


class CalendarConnection(SocketSession):
    __slots__ = (
        "_clock",
        "_is_turning",
        "_months",
        "_requested",
        "_show_id",
        "_sockets",
        "_subscription",
        "address",
        "org_id",
    )

    HEARTBEAT = HeartbeatTimes(ping=(25.0, 30.0), subscriber_ping=15.0, pong=25.0)
    """Long times, because a phone on a train is slow but not gone, and its radio should sleep."""
    WRITE_SECONDS = 20.0
    """Seconds that the transport may stay full: a month of a busy venue is 70 KB."""

    def __init__(
        self,
        client: ClientSocket,
        host: SessionHost,
        sockets: OpenSockets,
        months: MonthChannels,
        clock: Clock,
        *,
        address: str,
        org_id: int,
        show_id: int | None = None,
    ) -> None:
        """Follow the organisation's calendar for tickets, or the performances of one show."""
        super().__init__(client, host, LIMIT)
        self.address = address
        self.org_id = org_id
        self._sockets = sockets
        self._months = months
        self._clock = clock
        self._subscription = Subscription(self.queue)
        self._requested: MonthKey | None = None
        self._is_turning = False
        self._show_id = show_id

    async def run(self, month: tuple[int, int]) -> None:
        """Serve the client until the socket has ended."""
        self._turn_to(month)
        self._sockets.add_calendar(self)
        wheel = self._host.timer_wheel
        wheel.put(self, self._seconds_to_next(wheel.now))
        await self._serve()

    async def _open(self) -> None:
        """Send the month, which is the first frame."""
        if self._sockets.stopping:  # since the handshake
            self.say_goodbye()

    def _receive_text(self, payload: bytes) -> None:
        if self.closing:
            return
        frame = frames.parse(payload)
        if frame is None:
            self._receive_unreadable(payload)
        elif self._allows_message(None):
            try:
                self._handle(frame.type, frame.fields)
            except Refused as refused:
                self._count_bad_frame(refused)

    def _handle(self, kind: str, given: Fields) -> None:
        now = self._clock.now()
        match kind:
            case "ping":
                self.queue.send(frames.pong(now))
            case "month":
                self._turn_to(near_month(fields.month(given, "month"), now.date()))
            case _:
                raise Refused(Reason.UNKNOWN_COMMAND)

    def _turn_to(self, month: tuple[int, int]) -> None:
        """Follow this month from now on. A client that pages through the year is sent the month where it stops."""
        self._requested = MonthKey(self.org_id, *month, self._show_id)
        if not self._is_turning:
            self._is_turning = True
            self._host.background.start(self._follow_requested())

    async def _follow_requested(self) -> None:
        try:
            while (requested := self._requested) is not None and not self.closing:
                channel = await self._months.open(requested)
                if self._requested is requested and not self.closing:
                    self._requested = None
                    self._subscription.follow(channel, channel.state, version=None)
                    self._subscription.notify()
        except Exception as caught:
            if not isinstance(caught, frames.EXPECTED_ERRORS):
                log.exception("spectator.failed")
            self.queue.send(frames.failure(None, caught))
            self.close(CloseCode.TRY_LATER)
        finally:
            self._is_turning = False

    @property
    def _is_subscribed(self) -> bool:
        return True

    def _log_close(self, code: int) -> None:
        """Log nothing, because visitors come and go by the hundred. A gauge counts them."""

    def _forget(self) -> None:
        self._subscription.leave()
        self._sockets.remove_calendar(self)


def near_month(month: tuple[int, int], today: date) -> tuple[int, int]:
    """Return the month if it is near enough to be followed. Refuses INVALID_REQUEST.

    Every followed month is read again and again, so the number that anonymous clients can follow is limited.
    """
    year, number = month
    if abs((year - today.year) * 12 + number - today.month) > MONTHS_EACH_WAY:
        fields.refuse("month", f"give a month within {MONTHS_EACH_WAY} months of this one")
    return month
