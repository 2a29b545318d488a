"""The conversation: what a signed-in client asks, and what it is answered.

Nothing here waits. A command is read, submitted and forgotten; its answer goes out from wherever it arrives, in any order.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.actions.venues.venue_cache import Venue
from hub.live.channels.events import EventWatch
from hub.live.channels.subscription import Watch
from hub.live.commands.table import COMMANDS
from hub.live.connection.heartbeat import WATCHER_PING_SECONDS
from hub.live.endpoints.authentication import Device, device
from hub.live.protocol import fields, frames
from hub.live.protocol.fields import Fields
from hub.observability import telemetry
from hub.rules.decisions import Decision
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

if TYPE_CHECKING:
    from hub.live.endpoints.staff_connection import Connection

MOST_UNDER_WAY = 32

AnyWatch = Watch | EventWatch

log = logging.getLogger(__name__)


class Conversation:
    __slots__ = ("_connection", "_numbers", "_retiring", "_under_way", "device", "hub", "identity", "queue", "scanner", "venue",
                 "watches")  # fmt: skip

    def __init__(self, connection: "Connection", identity: Identity, venue: Venue | None, device: Device) -> None:
        self._connection = connection
        self.hub = connection.hub
        self.queue = connection.queue
        self.identity = identity
        self.venue = venue
        self.device = device
        self.scanner: tuple[int, str] | None = None
        self.hub.scanners.told(self, self.hub.services.clock.now())
        self.watches: tuple[AnyWatch, ...] = ()
        self._numbers = 0
        self._under_way = 0
        self._retiring = False

    # ---- Asked

    def take(self, number: int | None, name: str, fields: Fields) -> None:
        """Do what a readable frame asks; refuses INVALID_FRAME where its answer could not be named."""
        if self._retiring:
            return
        if number is None:
            self._take_without_id(name, fields)
            return
        row = COMMANDS.get(name)
        try:
            if row is None:
                self._take_device(number, name, fields)
                return
            telemetry.message_passed("in", name)
            if not at_least(self.identity.role, row.role):
                raise Refused(Reason.FORBIDDEN)
            if self._under_way >= MOST_UNDER_WAY:
                raise Refused(Reason.BUSY)
            answer = row.deed(self, row.read(fields))
        except Exception as caught:  # noqa: BLE001 - whatever it is, it is this command's answer
            self._trouble(number, caught)
            return
        if isinstance(answer, dict):
            self.queue.send(frames.result(number, answer))
            return
        self._under_way += 1
        if isinstance(answer, asyncio.Future):
            answer.add_done_callback(_Answered(self, number))
        else:
            self.hub.follow(self._later(number, answer))

    def _take_without_id(self, name: str, fields: Fields) -> None:
        if name != "device":
            raise Refused(Reason.INVALID_FRAME, message="A command needs an id, a whole number from 1 up")
        self._hear_device(fields)

    def _take_device(self, number: int, name: str, fields: Fields) -> None:
        if name != "device":
            raise Refused(Reason.UNKNOWN_COMMAND)
        self._hear_device(fields)
        self.queue.send(frames.result(number, {}))

    def _hear_device(self, fields: Fields) -> None:
        self.device = device(fields.get("device"))
        self.hub.scanners.told(self, self.hub.services.clock.now())

    # ---- Answered

    async def _later(self, number: int, deed: Coroutine[Any, Any, Any]) -> None:
        try:
            answer = await deed
        except Exception as caught:  # noqa: BLE001 - as above
            self.failed(number, caught)
        else:
            self.answered(number, answer)

    def answered(self, number: int, answer: Decision | dict[str, Any]) -> None:
        self._under_way -= 1
        data = answer if isinstance(answer, dict) else answer.as_dict(self.contact())
        self.queue.send(frames.result(number, data))
        if self._retiring:
            self._part_if_idle()

    def failed(self, number: int, caught: BaseException) -> None:
        self._under_way -= 1
        self._trouble(number, caught)
        if self._retiring:
            self._part_if_idle()

    def _trouble(self, number: int, caught: BaseException) -> None:
        if not isinstance(caught, frames.EXPECTED):
            log.error("socket.deed_failed", exc_info=caught)
        self.queue.send(frames.trouble(number, caught))

    def contact(self) -> str:
        """How much of a customer's address this client is shown."""
        venue = self.venue
        if at_least(self.identity.role, Role.MANAGER):
            return "full"
        if venue is None:
            return "masked"
        # The policy may have changed since the sign-in; the door keeps it fresh.
        return (self.hub.services.venues.remembered(venue.org_id, venue.id) or venue).show_contact

    def own_venue(self) -> int:
        """The venue of this login; refuses INVALID_REQUEST where there is none."""
        venue_id = self.identity.venue_id
        if not venue_id:
            fields.refuse("venue_id", "this login belongs to no venue")
        return venue_id

    # ---- Watching

    def watch_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def keep(self, watch: AnyWatch) -> None:
        """Hold a subscription until it is dropped or the socket ends (which it may have, while the board was read)."""
        if self._connection.closing:
            watch.leave()
            return
        self.watches = (*self.watches, watch)
        self.hub.wheel.put_sooner(self._connection, WATCHER_PING_SECONDS)

    def drop(self, watch: AnyWatch) -> None:
        self.watches = tuple(kept for kept in self.watches if kept is not watch)
        watch.leave()

    # ---- Ended

    def retire(self) -> None:
        """Take no more commands; say goodbye when those under way are answered."""
        self._retiring = True
        self._part_if_idle()

    def _part_if_idle(self) -> None:
        if not self._under_way:
            self._connection.say_goodbye()

    def end(self) -> None:
        self.hub.scanners.left(self, self.hub.services.clock.now())
        for watch in self.watches:
            watch.leave()
        self.watches = ()


class _Answered:
    """What a Future of the door calls when it is done: a callback instead of a task per command."""

    __slots__ = ("_conversation", "_number")

    def __init__(self, conversation: Conversation, number: int) -> None:
        self._conversation = conversation
        self._number = number

    def __call__(self, future: asyncio.Future[Decision]) -> None:
        caught = asyncio.CancelledError() if future.cancelled() else future.exception()
        if caught is not None:
            self._conversation.failed(self._number, caught)
        else:
            self._conversation.answered(self._number, future.result())
