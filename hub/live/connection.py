"""The connection: one client's socket from hello to goodbye.

One task reads, and never waits for a deed: a slow one delays neither pongs nor other commands. What is due by time comes
from the hub's wheel. Whatever the client does or leaves undone, the socket is gone a second after `close`.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web
from aiohttp.http_websocket import WebSocketError
from aiohttp.streams import EofStream

from hub import telemetry
from hub.access.tokens import Identity
from hub.live import frames
from hub.live.close_codes import CloseCode
from hub.live.conversation import Conversation
from hub.live.fields import Fields
from hub.live.heartbeat import Heartbeat
from hub.live.pace import Pace, Verdict
from hub.live.send_queue import SendQueue
from hub.live.sign_in import device
from hub.refusals import Refused
from hub.rules.reasons import Reason

if TYPE_CHECKING:
    from hub.live.live_hub import LiveHub

MOST_BAD_FRAMES = 10
AT_ONCE = 32
"""Messages taken from one client before the loop gets its turn."""
SIGN_IN_SECONDS = 5.0
CLOSE_SECONDS = 1.0
"""For the close frame to arrive and be answered; then the socket is cut, whatever its buffers hold."""
GLANCE_SECONDS = 0.02


class Connection:
    __slots__ = ("_bad_frames", "_heartbeat", "_pace", "_request", "_socket", "bucket", "closing", "conversation", "hub",
                 "queue")  # fmt: skip

    def __init__(
        self,
        hub: "LiveHub",
        request: web.Request,
        socket: web.WebSocketResponse[Any],
        drain: Callable[[], Awaitable[None]],
    ) -> None:
        self.hub = hub
        self.bucket = -1
        self.closing = False
        self.conversation: Conversation | None = None
        self.queue = SendQueue(socket, request.protocol, drain, self._too_slow)
        self._request = request
        self._socket = socket
        self._pace = Pace(hub.limit) if hub.limit is not None else None
        self._heartbeat = Heartbeat(hub.wheel.now)
        self._bad_frames = 0

    @property
    def identity(self) -> Identity | None:
        """Who is signed in, if anybody."""
        return self.conversation.identity if self.conversation is not None else None

    # ---- From hello to goodbye

    async def run(self, token: str | None) -> None:
        """Serve the client until the socket has ended; `token` is what the handshake brought."""
        self.hub.came(self)
        self.hub.wheel.put(self, SIGN_IN_SECONDS)
        try:
            await self._sign_in(token)
            await self._listen()
        except _ClientCloses:
            await self._part(close=True)
        except WebSocketError as broken:
            # What came is no WebSocket, or too long; whatever still comes is dropped by aiohttp.
            self.close(_sendable(broken.code))
            await self._part(close=False)
        except (EofStream, ConnectionError):
            pass
        finally:
            self._leave()
            self._abort()

    async def _sign_in(self, token: str | None) -> None:
        """Learn who this is, or close; either way `_listen` is next."""
        now = self.hub.house.clock.now()
        greeted = False
        try:
            identity = self.hub.sign_in.identity(token) if token is not None else None
            self.queue.send(frames.hello(now, identity is not None))
            greeted = True
            given = None
            if identity is None:
                auth = await self._first_frame()
                given = auth.get("device")
                identity = self.hub.sign_in.identity(auth.get("token"))
            await self._welcome(identity, given)
        except frames.EXPECTED as caught:
            if not greeted:
                self.queue.send(frames.hello(now, authenticated=False))
            self.queue.send(frames.trouble(None, caught))
            self.close(CloseCode.SESSION_ENDED if isinstance(caught, Refused) else CloseCode.TRY_LATER)

    async def _first_frame(self) -> Fields:
        """The first frame, which must be `auth`; what is no frame is counted."""
        while True:
            message = await self._read()
            if message.type is not WSMsgType.TEXT:
                self._control(message)
                continue
            frame = frames.parse(message.data) if len(message.data) <= frames.LARGEST_FIRST_FRAME else None
            if frame is None:
                self._unreadable(message.data)
            elif frame.type == "auth" and not self.closing:
                return frame.fields
            else:
                self.queue.send(frames.refusal(frame.id, Reason.UNAUTHENTICATED))
                self.close(CloseCode.SESSION_ENDED)

    async def _welcome(self, identity: Identity, given: Any) -> None:
        venue = await self.hub.sign_in.venue(identity)
        if self.closing:
            return
        most = self.hub.house.settings.sockets_per_operator
        if most is not None and self.hub.presence.open_of(identity) >= most:
            text = f"This login has {most} sockets open already"
            self.queue.send(frames.refusal(None, Reason.RATE_LIMITED, {"message": text}))
            self.close(CloseCode.TOO_MANY)
            return
        if self.hub.house.sessions.has_ended(identity):  # while the venue was read
            raise Refused(Reason.UNAUTHENTICATED)
        self.conversation = Conversation(self, identity, venue, device(given))
        self.hub.presence.signed_in(self, identity)
        telemetry.event(telemetry.SOCKET_OPENED, org_id=identity.org_id, operator_id=identity.staff_id)
        self.hub.wheel.put(self, self._seconds_to_next(self.hub.wheel.now))
        today = self.hub.house.clock.now().astimezone(venue.zone).date() if venue else None
        self.queue.send(frames.ready(identity, venue, today))

    # ---- What the client sends

    def _read(self) -> Coroutine[Any, Any, Any]:
        """The next message. `receive()` would swallow pongs, wait without limit where a client has sent something wrong
        and does not read, and answer close frames a second time; so its queue is read directly."""
        reader = self._socket._reader
        assert reader is not None
        return reader.read()

    async def _listen(self) -> None:
        """Take messages until the client closes; while we are closing, that is all it waits for."""
        taken = 0
        while True:
            message = await self._read()
            if message.type is WSMsgType.TEXT:
                self._take(message.data)
            else:
                self._control(message)
            taken += 1
            if self.queue.blocked:
                # Who does not read its answers is not read from either.
                await self.queue.emptied()
            elif taken >= AT_ONCE:
                taken = 0
                await asyncio.sleep(0)

    def _take(self, payload: bytes) -> None:
        conversation = self.conversation
        if self.closing or conversation is None:
            return
        frame = frames.parse(payload)
        if frame is None:
            self._unreadable(payload)
        elif self._admits(frame.id):
            try:
                conversation.take(*frame)
            except Refused as refused:
                self._bad_frame(refused)

    def _control(self, message: Any) -> None:
        """Mind what is no text: ping, pong, close, and binary frames, of which there are none."""
        if message.type is WSMsgType.PONG:
            self._heartbeat.pong()
        elif message.type is WSMsgType.PING:
            if not self.closing and self._admits(None):
                self.queue.control(WSMsgType.PONG, message.data)
        elif message.type is WSMsgType.CLOSE:
            self.close(_sendable(message.data))
            raise _ClientCloses
        elif not self.closing:
            self._bad_frame(Refused(Reason.INVALID_FRAME))

    def _admits(self, number: int | None) -> bool:
        if self._pace is None:
            return True
        verdict = self._pace.admit(self.hub.loop.time())
        if verdict is Verdict.GO:
            return True
        self.queue.send(frames.refusal(number, Reason.RATE_LIMITED))
        if verdict is Verdict.OUT:
            self.close(CloseCode.TOO_MANY)
        return False

    def _unreadable(self, payload: bytes) -> None:
        if self.closing:
            return
        if frames.is_text(payload):
            self._bad_frame(Refused(Reason.INVALID_FRAME))
        else:
            self.close(CloseCode.NOT_TEXT)

    def _bad_frame(self, refused: Refused) -> None:
        self._bad_frames += 1
        self.queue.send(frames.trouble(None, refused))
        if self._bad_frames >= MOST_BAD_FRAMES:
            self.close(CloseCode.UNREADABLE)

    # ---- What is due by time

    def due(self, now: float) -> float | None:
        if self.closing:
            return None
        identity = self.identity
        if identity is None or identity.expires_at <= self.hub.house.clock.now():
            self.end_session()
            return None
        if self._heartbeat.is_overdue(now):
            self._too_slow()
            return None
        if self._heartbeat.wants_ping(now, self._watching, self.queue.written):
            self._heartbeat.pinged(now, self.queue.written)
            self.queue.control(WSMsgType.PING)
        return self._seconds_to_next(now)

    @property
    def _watching(self) -> bool:
        return self.conversation is not None and bool(self.conversation.watches)

    def _seconds_to_next(self, now: float) -> float:
        assert self.identity is not None
        session = (self.identity.expires_at - self.hub.house.clock.now()).total_seconds()
        return min(session, self._heartbeat.seconds_to_next(now, self._watching))

    # ---- Goodbye

    def end_session(self) -> None:
        """There is no session: none came in time, or it has ended."""
        if not self.closing:
            self.queue.send(frames.refusal(None, Reason.UNAUTHENTICATED))
            self.close(CloseCode.SESSION_ENDED)

    def retire(self) -> None:
        """The hub stops: answer what is under way, then part."""
        if self.conversation is not None:
            self.conversation.retire()
        else:
            self.say_goodbye()

    def say_goodbye(self) -> None:
        if not self.closing:
            self.queue.send(frames.bye(self.hub.reconnect_after_ms()))
            self.close(CloseCode.RESTARTING)

    def _too_slow(self) -> None:
        if not self.closing:
            self.hub.put_out += 1
            telemetry.slow_readers_put_out.inc()
            self.close(CloseCode.TOO_SLOW)

    def close(self, code: int) -> None:
        """Send the close frame, once, and see to it that the socket is gone in `CLOSE_SECONDS`. Never waits."""
        if self.closing:
            return
        self.closing = True
        identity = self.identity
        if identity is not None:
            telemetry.event(
                telemetry.SOCKET_CLOSED, org_id=identity.org_id, operator_id=identity.staff_id, close=int(code)
            )
        self.queue.control(WSMsgType.CLOSE, struct.pack("!H", code))
        self.queue.shut()
        self._leave()
        self.hub.loop.call_later(CLOSE_SECONDS, self._abort)

    def _leave(self) -> None:
        """Be found by nothing any more."""
        self.closing = True
        if self.conversation is not None:
            self.conversation.end()
        self.hub.wheel.remove(self)
        self.hub.left(self)

    async def _part(self, *, close: bool) -> None:
        """Let what was written arrive: cutting over unread data would destroy the close frame on its way.

        With the client's close frame in hand the server closes first, as RFC 6455 says; else the client may.
        """
        transport = self._request.transport
        if close and transport is not None:
            transport.close()
        left = CLOSE_SECONDS
        while self._request.transport is not None and left > 0:
            await asyncio.sleep(GLANCE_SECONDS)
            left -= GLANCE_SECONDS

    def _abort(self) -> None:
        transport = self._request.transport
        if transport is not None:
            transport.abort()


class _ClientCloses(Exception):
    """The client's close frame has come, and ours is sent."""


def _sendable(code: int | None) -> int:
    """The close code, or the normal one where this may not stand in a frame."""
    if code is not None and (code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011) or 3000 <= code <= 4999):
        return code
    return CloseCode.NORMAL
