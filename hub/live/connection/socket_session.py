"""The line: one client's socket, read within bounds, kept alive and ended. What is said on it, its heirs know.

    Line
    +-- Connection   staff: signs in, then talks (`connection.py`)
    +-- Spectator    anybody: watches a month of the calendar (`spectator.py`)

One task reads, and never waits for a deed: a slow one delays neither pongs nor other commands. What is due by time comes
from the hub's wheel. Whatever the client does or leaves undone, the socket is gone a second after `close`.
"""

import asyncio
import struct
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web
from aiohttp.http_websocket import WebSocketError
from aiohttp.streams import EofStream

from hub.live.connection.close_codes import CloseCode, sendable
from hub.live.connection.heartbeat import STAFF_BEAT, Beat, Heartbeat
from hub.live.connection.message_rate import Limit, Pace, Verdict
from hub.live.connection.send_queue import WRITE_SECONDS, SendQueue
from hub.live.protocol import frames
from hub.observability import telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

if TYPE_CHECKING:
    from hub.live.server import LiveHub

MOST_BAD_FRAMES = 10
AT_ONCE = 32
"""Messages taken from one client before the loop gets its turn."""
CLOSE_SECONDS = 1.0
"""For the close frame to arrive and be answered; then the socket is cut, whatever its buffers hold."""
GLANCE_SECONDS = 0.02


class Line(ABC):
    __slots__ = ("_bad_frames", "_heartbeat", "_pace", "_request", "_socket", "bucket", "closing", "hub", "queue")

    BEAT: Beat = STAFF_BEAT
    WRITE_SECONDS = WRITE_SECONDS

    def __init__(
        self,
        hub: "LiveHub",
        request: web.Request,
        socket: web.WebSocketResponse[Any],
        drain: Callable[[], Awaitable[None]],
        limit: Limit | None,
    ) -> None:
        self.hub = hub
        self.bucket = -1
        self.closing = False
        self.queue = SendQueue(socket, request.protocol, drain, self._too_slow, write_seconds=self.WRITE_SECONDS)
        self._request = request
        self._socket = socket
        self._pace = Pace(limit) if limit is not None else None
        self._heartbeat = Heartbeat(hub.wheel.now, self.BEAT)
        self._bad_frames = 0

    # ---- What an heir says

    @abstractmethod
    async def _greet(self) -> None:
        """What comes before the listening; it may close the line."""

    @abstractmethod
    def _take(self, payload: bytes) -> None:
        """One text frame. Must not wait."""

    @abstractmethod
    def _has_parted(self) -> None:
        """Be found by nothing any more; called once or more often."""

    @property
    @abstractmethod
    def _watching(self) -> bool:
        """Whether the client is sent frames it did not ask for one by one."""

    @abstractmethod
    def _note_close(self, code: int) -> None:
        """Log the end, where it is worth a line."""

    # ---- From the first word to the last

    async def _serve(self) -> None:
        """Serve the client until the socket has ended."""
        try:
            await self._greet()
            await self._listen()
        except _ClientCloses:
            await self._part(close=True)
        except WebSocketError as broken:
            # What came is no WebSocket, or too long; whatever still comes is dropped by aiohttp.
            self.close(sendable(broken.code))
            await self._part(close=False)
        except (EofStream, ConnectionError):
            pass
        finally:
            self._leave()
            self._abort()

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

    def _control(self, message: Any) -> None:
        """Mind what is no text: ping, pong, close, and binary frames, of which there are none."""
        if message.type is WSMsgType.PONG:
            self._heartbeat.pong()
        elif message.type is WSMsgType.PING:
            if not self.closing and self._admits(None):
                self.queue.control(WSMsgType.PONG, message.data)
        elif message.type is WSMsgType.CLOSE:
            self.close(sendable(message.data))
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
        if self._heartbeat.is_overdue(now):
            self._too_slow()
            return None
        if self._heartbeat.wants_ping(now, self._watching, self.queue.written):
            self._heartbeat.pinged(now, self.queue.written)
            self.queue.control(WSMsgType.PING)
        return self._seconds_to_next(now)

    def _seconds_to_next(self, now: float) -> float:
        return self._heartbeat.seconds_to_next(now, self._watching)

    # ---- Goodbye

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
        self._note_close(code)
        self.queue.control(WSMsgType.CLOSE, struct.pack("!H", code))
        self.queue.shut()
        self._leave()
        self.hub.loop.call_later(CLOSE_SECONDS, self._abort)

    def _leave(self) -> None:
        self.closing = True
        self.hub.wheel.remove(self)
        self._has_parted()

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
