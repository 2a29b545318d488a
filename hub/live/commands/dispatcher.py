"""Dispatcher: the command session of a signed-in client finds the handler of each command and sends its reply.

Nothing here waits. A command is read, handled and forgotten; its reply is sent whenever it is there, in any order.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from db.organisation import working_for
from db.patience import have_patience
from hub.access.roles import at_least
from hub.live.commands.context import CommandContext
from hub.live.commands.table import COMMANDS, KIOSK_COMMANDS
from hub.live.protocol import frames
from hub.live.protocol.device import enrolled_device, read_device, read_scanner_token
from hub.live.protocol.fields import Fields
from hub.observability import telemetry
from hub.rules.decisions import Decision
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.languages import spoken

MOST_IN_FLIGHT = 32

log = logging.getLogger(__name__)


class CommandSession:
    """`send` sends a frame to the client, `start` runs a coroutine in the background, and `say_goodbye` ends the socket.

    `refuse_session` ends it because the session or the scanner is good no longer.
    """

    __slots__ = ("_in_flight", "_refuse_session", "_retiring", "_say_goodbye", "_send", "_start", "context")

    def __init__(
        self,
        context: CommandContext,
        *,
        send: Callable[[bytes], None],
        start: Callable[[Coroutine[Any, Any, None]], None],
        say_goodbye: Callable[[], None],
        refuse_session: Callable[[Refused], None],
    ) -> None:
        self.context = context
        self._refuse_session = refuse_session
        self._send = send
        self._start = start
        self._say_goodbye = say_goodbye
        self._in_flight = 0
        self._retiring = False
        self._register_device()

    # ---- Requests

    def receive(self, number: int | None, name: str, fields: Fields) -> None:
        """Handle a readable frame; refuses INVALID_FRAME where its reply could not be named."""
        if self._retiring:
            return
        if number is None:
            self._receive_without_id(name, fields)
            return
        command = COMMANDS.get(name)
        try:
            if command is None:
                self._receive_device(number, name, fields)
                return
            telemetry.message_passed("in", name)
            if not at_least(self.context.identity.role, command.role):
                raise Refused(Reason.FORBIDDEN)
            if self.context.identity.scanner_id is not None and name not in KIOSK_COMMANDS:
                raise Refused(Reason.FORBIDDEN)
            if self._in_flight >= MOST_IN_FLIGHT:
                raise Refused(Reason.BUSY)
            if command.look:
                identity = self.context.identity
                self.context.services.look_pace.keep((identity.org_id, identity.staff_id, identity.scanner_id))
            reply = command.handle(self.context, command.read(fields))
        except Exception as caught:  # noqa: BLE001 - whatever it is, it is the reply to this command
            self._send_failure(number, caught)
            return
        if isinstance(reply, dict):
            self._send(frames.result(number, reply))
            return
        self._in_flight += 1
        if isinstance(reply, asyncio.Future):
            reply.add_done_callback(_FutureReply(self, number))
        else:
            self._start(self._wait_for_reply(number, reply))

    def _receive_without_id(self, name: str, fields: Fields) -> None:
        if name != "device":
            raise Refused(Reason.INVALID_FRAME, message="A command needs an id, a whole number from 1 up")
        self._change_device(fields)

    def _receive_device(self, number: int, name: str, fields: Fields) -> None:
        if name != "device":
            raise Refused(Reason.UNKNOWN_COMMAND)
        self._change_device(fields)
        self._send(frames.result(number, {}))

    def _change_device(self, fields: Fields) -> None:
        given = fields.get("device")
        self.context.device = enrolled_device(read_device(given), self.context.scanner)
        self._register_device()
        token = read_scanner_token(given)
        if token is not None and token != self.context.scanner_token:
            self.context.scanner_token = token
            self._start(self.read_scanner())

    async def read_scanner(self) -> None:
        """Read the scanner of this socket's token again. A revoked one, and a kiosk that is none any more, ends the socket."""
        context = self.context
        try:
            await context.find_scanner()
        except Refused as refused:
            self._refuse_session(refused)
            return
        except frames.EXPECTED_ERRORS:
            return  # the next look finds the scanner again
        context.device = enrolled_device(context.device, context.scanner)
        self._register_device()

    def _register_device(self) -> None:
        self.context.channels.device_registry.register(self.context, self.context.services.clock.now())

    # ---- Replies

    async def _wait_for_reply(self, number: int, reply: Coroutine[Any, Any, Any]) -> None:
        have_patience()
        try:
            with working_for(self.context.identity.org_id):
                data = await reply
        except Exception as caught:  # noqa: BLE001 - as above
            self.finish_failed(number, caught)
        else:
            self.finish(number, data)

    def finish(self, number: int, reply: Decision | dict[str, Any]) -> None:
        """Send the reply to a command in flight."""
        self._in_flight -= 1
        data = (
            reply
            if isinstance(reply, dict)
            else reply.as_dict(self.context.contact(), spoken.get(), self.context.contact_venues)
        )
        self._send(frames.result(number, data))
        if self._retiring:
            self._end_if_idle()

    def finish_failed(self, number: int, caught: BaseException) -> None:
        """Send what went wrong with a command in flight."""
        self._in_flight -= 1
        self._send_failure(number, caught)
        if self._retiring:
            self._end_if_idle()

    def _send_failure(self, number: int, caught: BaseException) -> None:
        if not isinstance(caught, frames.EXPECTED_ERRORS):
            log.error("socket.deed_failed", exc_info=caught)
        self._send(frames.failure(number, caught))

    # ---- End

    def retire(self) -> None:
        """Take no more commands; say goodbye once those in flight are replied to."""
        self._retiring = True
        self._end_if_idle()

    def _end_if_idle(self) -> None:
        if not self._in_flight:
            self._say_goodbye()

    def end(self) -> None:
        """The socket has ended; called once or more often."""
        self.context.channels.device_registry.unregister(self.context, self.context.services.clock.now())
        self.context.subscriptions.remove_all()


class _FutureReply:
    """The callback of a Future of a batch: one small object instead of a task for each command."""

    __slots__ = ("_number", "_session")

    def __init__(self, session: CommandSession, number: int) -> None:
        self._session = session
        self._number = number

    def __call__(self, future: asyncio.Future[Decision]) -> None:
        caught = asyncio.CancelledError() if future.cancelled() else future.exception()
        if caught is not None:
            self._session.finish_failed(self._number, caught)
        else:
            self._session.finish(self._number, future.result())
