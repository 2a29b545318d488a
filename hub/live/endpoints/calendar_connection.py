"""The spectator: anybody's socket that watches a month of the calendar, without session and without a greeting.

client -> hub                             hub -> client
  month   month (YYYY-MM)                   slots   month, whole, slots
  ping                                      pong    server_time
                                            error   success, error
                                            bye     reconnect_after_ms
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.actions.booking.availability import MonthKey
from hub.live.channels.months import MonthWatch
from hub.live.connection.close_codes import CloseCode
from hub.live.connection.heartbeat import Beat
from hub.live.connection.message_rate import Limit
from hub.live.connection.socket_session import Line
from hub.live.protocol import fields, frames
from hub.live.protocol.fields import Fields
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

if TYPE_CHECKING:
    from hub.live.server import LiveHub

LIMIT = Limit(2.0, 40)
"""Messages: a month whole costs more than asking for it."""
MONTHS_EACH_WAY = 12

log = logging.getLogger(__name__)


class Spectator(Line):
    __slots__ = ("_entering", "_watch", "_wish", "address", "org_id")

    BEAT = Beat(ping=(25.0, 30.0), watcher_ping=15.0, pong=25.0)
    """A phone on a train is slow, not gone, and its radio shall sleep."""
    WRITE_SECONDS = 20.0
    """A month of a busy venue is 70 KB."""

    def __init__(
        self,
        hub: "LiveHub",
        request: web.Request,
        socket: web.WebSocketResponse[Any],
        drain: Callable[[], Awaitable[None]],
        *,
        address: str,
        org_id: int,
    ) -> None:
        super().__init__(hub, request, socket, drain, LIMIT)
        self.address = address
        self.org_id = org_id
        self._watch = MonthWatch(self.queue)
        self._wish: MonthKey | None = None
        self._entering = False

    async def run(self, month: tuple[int, int]) -> None:
        """Serve the client until the socket has ended."""
        self._turn_to(month)
        self.hub.spectator_came(self)
        self.hub.wheel.put(self, self._seconds_to_next(self.hub.wheel.now))
        await self._serve()

    async def _greet(self) -> None:
        """The month itself is the greeting."""
        if self.hub.stopping:  # since the handshake
            self.say_goodbye()

    def _take(self, payload: bytes) -> None:
        if self.closing:
            return
        frame = frames.parse(payload)
        if frame is None:
            self._unreadable(payload)
        elif self._admits(None):
            try:
                self._answer(frame.type, frame.fields)
            except Refused as refused:
                self._bad_frame(refused)

    def _answer(self, kind: str, given: Fields) -> None:
        now = self.hub.services.clock.now()
        match kind:
            case "ping":
                self.queue.send(frames.pong(now))
            case "month":
                self._turn_to(watchable(fields.month(given, "month"), now.date()))
            case _:
                raise Refused(Reason.UNKNOWN_COMMAND)

    def _turn_to(self, month: tuple[int, int]) -> None:
        """Watch this month from now on. Whoever leafs through the year is sent what they stop at."""
        self._wish = (self.org_id, *month)
        if not self._entering:
            self._entering = True
            self.hub.follow(self._enter())

    async def _enter(self) -> None:
        try:
            while (wish := self._wish) is not None and not self.closing:
                room = await self.hub.months.open(wish)
                if self._wish is wish and not self.closing:
                    self._wish = None
                    self.hub.months.leave(self._watch)
                    self._watch.enter(room)
        except Exception as caught:
            if not isinstance(caught, frames.EXPECTED):
                log.exception("spectator.failed")
            self.queue.send(frames.trouble(None, caught))
            self.close(CloseCode.TRY_LATER)
        finally:
            self._entering = False

    @property
    def _watching(self) -> bool:
        return True

    def _note_close(self, code: int) -> None:
        """Visitors come and go by the hundred; the gauge tells of them."""

    def _has_parted(self) -> None:
        self.hub.months.leave(self._watch)
        self.hub.spectator_left(self)


def watchable(month: tuple[int, int], today: date) -> tuple[int, int]:
    """The month, if it is near enough to be watched; refuses INVALID_REQUEST.

    Every watched month is read again and again, so strangers may not have any number of them.
    """
    year, number = month
    if abs((year - today.year) * 12 + number - today.month) > MONTHS_EACH_WAY:
        fields.refuse("month", f"give a month within {MONTHS_EACH_WAY} months of this one")
    return month
