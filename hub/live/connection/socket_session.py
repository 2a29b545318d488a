"""Socket session: one client's open socket, read within limits, kept alive and closed. Subclasses handle its messages.

    SocketSession
    +-- StaffConnection      staff: authenticates, then sends commands (`endpoints/staff_connection.py`)
    +-- CalendarConnection   anybody: follows a month of the calendar (`endpoints/calendar_connection.py`)
    +-- WaitingConnection    a visitor of a waiting room: follows the place in it (`endpoints/waiting_connection.py`)

One task reads and never waits for a handler, so a slow command delays neither pongs nor other commands. The timer wheel calls
whatever is due by time. Whatever the client does, the socket is gone one second after `close`.
"""

import asyncio
import struct
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import copy_context
from math import inf
from typing import Any, NamedTuple

from aiohttp import WSMsgType, web
from aiohttp.http_websocket import WebSocketError
from aiohttp.streams import EofStream

from hub.live.connection.close_codes import CloseCode, sendable
from hub.live.connection.frame_reader import FrameReader
from hub.live.connection.heartbeat import STAFF_HEARTBEAT, Heartbeat, HeartbeatTimes
from hub.live.connection.message_queue import MessageQueue
from hub.live.connection.message_rate import MessageLimit, MessageRate, Passage
from hub.live.connection.send_queue import WRITE_SECONDS, SendQueue
from hub.live.connection.session_host import SessionHost
from hub.live.protocol import frames
from hub.observability import telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

MOST_BAD_FRAMES = 10
AT_ONCE = 32
"""Messages taken from one client before other tasks of the loop get their turn."""
CLOSE_SECONDS = 1.0
"""Seconds for the close frame to arrive and be answered. Then the socket is cut, whatever its buffers hold."""
POLL_SECONDS = 0.02
UNFINISHED_SECONDS = 20.0
"""Seconds from the first part of a message to its last. The heartbeat would notice half a message too, but up to 25 s later."""


class ClientSocket(NamedTuple):
    """An open WebSocket, as the handshake hands it over."""

    request: web.Request
    socket: web.WebSocketResponse[Any]
    drain: Callable[[], Awaitable[None]]
    """Waits until the transport can take more."""
    frames: FrameReader


class SocketSession(ABC):
    __slots__ = (
        "_bad_frames", "_client", "_heartbeat", "_host", "_loop", "_rate", "_unfinished_at", "bucket", "closing", "queue",
    )  # fmt: skip

    HEARTBEAT: HeartbeatTimes = STAFF_HEARTBEAT
    WRITE_SECONDS = WRITE_SECONDS

    def __init__(self, client: ClientSocket, host: SessionHost, limit: MessageLimit | None) -> None:
        self.bucket = -1
        self.closing = False
        self.queue = SendQueue(
            client.socket, client.request.protocol, client.drain, self._close_slow, write_seconds=self.WRITE_SECONDS
        )
        self._client = client
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._rate = MessageRate(limit) if limit is not None else None
        self._heartbeat = Heartbeat(host.timer_wheel.now, self.HEARTBEAT)
        self._bad_frames = 0
        self._unfinished_at = host.timer_wheel.now
        client.frames.on_unfinished = self._message_unfinished

    # ---- What a subclass adds

    @abstractmethod
    async def _open(self) -> None:
        """Run before the first message is read; may close the session."""

    @abstractmethod
    def _receive_text(self, payload: bytes) -> None:
        """Handle one text frame. Must not wait."""

    @abstractmethod
    def _forget(self) -> None:
        """Remove the session from every registry; called once or more often."""

    @property
    @abstractmethod
    def _is_subscribed(self) -> bool:
        """Whether the client is sent frames that it did not ask for one by one."""

    @abstractmethod
    def _log_close(self, code: int) -> None:
        """Log the close if it deserves a line."""

    # ---- From handshake to end

    async def _serve(self) -> None:
        """Serve the client until the socket has ended."""
        self._host.session_begins()
        try:
            await self._open()
            await self._read_messages()
        except _ClientCloses:
            await self._wait_for_end(close=True)
        except WebSocketError as broken:
            # The client sent no valid WebSocket frame, or one that is too long. aiohttp drops all further input.
            self.close(sendable(broken.code))
            await self._wait_for_end(close=False)
        except (EofStream, ConnectionError):
            pass
        finally:
            self._leave()
            self._abort()
            self._host.session_ends()

    # ---- Messages of the client

    @property
    def _messages(self) -> MessageQueue:
        reader = self._client.socket._reader
        assert isinstance(reader, MessageQueue)
        return reader

    def _read_message(self) -> Coroutine[Any, Any, Any]:
        """Return an awaitable of the next message, read from aiohttp's queue directly.

        `receive()` would swallow pongs, answer close frames a second time, and wait without limit for a client that sends an
        invalid frame and does not read.
        """
        return self._messages.read()

    async def _read_messages(self) -> None:
        """Handle messages until the client closes. After `close`, only its close frame matters."""
        taken, messages = 0, self._messages
        # Most texts are taken as they arrive, in a context with the request id of this socket.
        context = copy_context()

        def take_text(payload: bytes) -> None:
            context.run(self._take_text, payload)

        while True:
            messages.take_text = take_text
            message = await messages.read()
            messages.take_text = None
            if self.queue.blocked:
                await self.queue.emptied()
            if message.type is WSMsgType.TEXT:
                self._receive_text(message.data)
            else:
                self._receive_control(message)
            taken += 1
            if self.queue.blocked:
                # Do not read from a client that does not read its replies.
                await self.queue.emptied()
            elif taken >= AT_ONCE:
                taken = 0
                await asyncio.sleep(0)

    def _take_text(self, payload: bytes) -> None:
        """Handle a text while the task of the session waits. It goes on itself if the client does not read its replies."""
        self._receive_text(payload)
        if self.queue.blocked:
            self._messages.take_text = None

    def _receive_control(self, message: Any) -> None:
        """Handle all other frames: ping, pong, close, and binary frames, which the protocol does not use."""
        if message.type is WSMsgType.PONG:
            self._heartbeat.pong()
        elif message.type is WSMsgType.PING:
            if not self.closing and self._allows_message(None):
                self.queue.control(WSMsgType.PONG, message.data)
        elif message.type is WSMsgType.CLOSE:
            self.close(sendable(message.data))
            raise _ClientCloses
        elif not self.closing:
            self._count_bad_frame(Refused(Reason.INVALID_FRAME))

    def _allows_message(self, number: int | None) -> bool:
        """Return whether the message rate admits this message; if not, refuse it or disconnect the client."""
        if self._rate is None:
            return True
        passage = self._rate.admit(self._loop.time())
        if passage is Passage.ALLOWED:
            return True
        self.queue.send(frames.refusal(number, Reason.RATE_LIMITED))
        if passage is Passage.DISCONNECT:
            self.close(CloseCode.TOO_MANY)
        return False

    def _receive_unreadable(self, payload: bytes) -> None:
        if self.closing:
            return
        if frames.is_text(payload):
            self._count_bad_frame(Refused(Reason.INVALID_FRAME))
        else:
            self.close(CloseCode.NOT_TEXT)

    def _count_bad_frame(self, refused: Refused) -> None:
        self._bad_frames += 1
        self.queue.send(frames.failure(None, refused))
        if self._bad_frames >= MOST_BAD_FRAMES:
            self.close(CloseCode.UNREADABLE)

    # ---- Timer

    def on_timer(self, now: float) -> float | None:
        """Ping the client, or disconnect it if a pong or the rest of a message is overdue. The timer wheel calls this."""
        if self.closing:
            return None
        if self._heartbeat.is_overdue(now) or self._seconds_to_finish(now) <= 0:
            self._close_slow()
            return None
        if self._heartbeat.wants_ping(now, self._is_subscribed, self.queue.written):
            self._heartbeat.pinged(now, self.queue.written)
            self.queue.control(WSMsgType.PING)
        return self._seconds_to_next(now)

    def _seconds_to_next(self, now: float) -> float:
        return min(self._heartbeat.seconds_to_next(now, self._is_subscribed), self._seconds_to_finish(now))

    def _message_unfinished(self) -> None:
        self._unfinished_at = self._host.timer_wheel.now
        if not self.closing:
            self._host.timer_wheel.put_sooner(self, UNFINISHED_SECONDS)

    def _seconds_to_finish(self, now: float) -> float:
        """Return the seconds until the message that the client has begun is overdue; infinite between two messages."""
        return self._unfinished_at + UNFINISHED_SECONDS - now if self._client.frames.is_unfinished else inf

    # ---- Close

    def say_goodbye(self) -> None:
        """Send `bye` with the time after which to reconnect, and close."""
        if not self.closing:
            self.queue.send(frames.bye(self._host.reconnect_after_ms()))
            self.close(CloseCode.RESTARTING)

    def _close_slow(self) -> None:
        if not self.closing:
            self._host.slow_disconnects += 1
            telemetry.slow_readers_put_out.inc()
            self.close(CloseCode.TOO_SLOW)

    def close(self, code: int) -> None:
        """Send the close frame, once, and make sure that the socket is gone in `CLOSE_SECONDS`. Never waits."""
        if self.closing:
            return
        self.closing = True
        self._log_close(code)
        self.queue.control(WSMsgType.CLOSE, struct.pack("!H", code))
        self.queue.shut()
        self._leave()
        self._loop.call_later(CLOSE_SECONDS, self._abort)

    def _leave(self) -> None:
        self.closing = True
        self._host.timer_wheel.remove(self)
        self._forget()

    async def _wait_for_end(self, *, close: bool) -> None:
        """Wait until written data has arrived, because cutting a socket with unread data would destroy the close frame.

        After the client's close frame the server closes the connection first (RFC 6455); otherwise the client may.
        """
        transport = self._client.request.transport
        if close and transport is not None:
            transport.close()
        left = CLOSE_SECONDS
        while self._client.request.transport is not None and left > 0:
            await asyncio.sleep(POLL_SECONDS)
            left -= POLL_SECONDS

    def _abort(self) -> None:
        transport = self._client.request.transport
        if transport is not None:
            transport.abort()


class _ClientCloses(Exception):
    """The client's close frame has arrived, and ours is sent."""
