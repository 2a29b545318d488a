"""Send queue: what is still to be written to one socket. It is bounded, so that a slow reader costs little memory.

While the client reads, there is no queue and no task: a frame goes straight into the transport. While the transport is
full, frames wait here and one task writes them as it empties. A queue that waits too long or grows too large ends the
connection through `on_slow`.
"""

import asyncio
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiohttp import WSMsgType, web
from aiohttp.base_protocol import BaseProtocol

MOST_FRAMES = 256
MOST_BYTES = 256 * 1024
_TEXT = 0x81
_SHORT, _MIDDLE, _LONG = struct.Struct("!BB").pack, struct.Struct("!BBH").pack, struct.Struct("!BBQ").pack
_WHOLE = 16 * 1024
"""Bytes of a text up to which copying it behind its head is cheaper than a second write."""
WRITE_SECONDS = 5.0
"""How long the transport may stay full, for a client inside the venue."""


class Pending(Protocol):
    """Something whose frame is rendered only when the socket can take it, so that the frame is never out of date."""

    def render(self) -> bytes | None:
        """Return the newest frame; None when there is nothing new any more."""


class SendQueue:
    __slots__ = (
        "_bytes",
        "_drain",
        "_on_slow",
        "_protocol",
        "_queued",
        "_shut",
        "_socket",
        "_task",
        "_write_seconds",
        "written",
    )  # fmt: skip

    def __init__(
        self,
        socket: web.WebSocketResponse[Any],
        protocol: BaseProtocol,
        drain: Callable[[], Awaitable[None]],
        on_slow: Callable[[], None],
        *,
        write_seconds: float = WRITE_SECONDS,
    ) -> None:
        self._socket = socket
        self._protocol = protocol
        self._drain = drain
        self._on_slow = on_slow
        self._write_seconds = write_seconds
        self._queued: deque[bytes | Pending] | None = None
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None
        self._shut = False
        self.written = 0
        """Text frames handed to the transport so far."""

    @property
    def blocked(self) -> bool:
        """Whether frames wait for the client to read."""
        return self._task is not None

    @property
    def depth(self) -> int:
        return len(self._queued) if self._queued else 0

    def send(self, frame: bytes) -> None:
        """Write `frame`, now or in its turn."""
        if self._task is None and not self._protocol.writing_paused:
            self._write_text(frame)
        else:
            self._bytes += len(frame)
            self._queue(frame)

    def offer(self, pending: Pending) -> None:
        """Write what `pending` renders, now or in its turn. The caller offers it again only after it was rendered."""
        if self._task is None and not self._protocol.writing_paused:
            frame = pending.render()
            if frame is not None:
                self._write_text(frame)
        else:
            self._queue(pending)

    def control(self, opcode: WSMsgType, payload: bytes = b"") -> None:
        """Write a ping, pong or close frame before everything queued; drop a ping or pong while the transport is full."""
        if opcode is WSMsgType.CLOSE or not self._protocol.writing_paused:
            self._write_control(payload, opcode)

    async def emptied(self) -> None:
        """Wait until nothing is queued."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def shut(self) -> None:
        """Drop the queue; only a close frame is written from now on."""
        self._shut = True
        self._queued = None
        if self._task is not None:
            self._task.cancel()

    def _queue(self, item: bytes | Pending) -> None:
        if self._shut or not self._protocol.connected:
            return
        if self._queued is None:
            self._queued = deque()
        self._queued.append(item)
        if len(self._queued) > MOST_FRAMES or self._bytes > MOST_BYTES:
            self._on_slow()
        elif self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._empty(), name="socket-writer")

    def _write_text(self, payload: bytes) -> None:
        """Put a text frame into the transport at once: as aiohttp's writer does without compression, but for its two coroutines."""
        if self._shut:
            return
        self.written += 1
        transport, size = self._protocol.transport, len(payload)
        if transport is None or transport.is_closing():
            self._shut = True  # the reader notices by itself
        elif size < 126:
            transport.write(_SHORT(_TEXT, size) + payload)
        elif size <= _WHOLE:
            transport.write(_MIDDLE(_TEXT, 126, size) + payload)
        else:
            transport.write(_MIDDLE(_TEXT, 126, size) if size < 65536 else _LONG(_TEXT, 127, size))
            transport.write(payload)

    def _write_control(self, payload: bytes, opcode: WSMsgType) -> None:
        """Put a control frame into the transport at once.

        `send_frame` never waits as the handshake sets the socket up: no compression, and a writer limit that is never
        reached. It must not be left waiting: it would wait for the same future as `_empty`, and awaiting such a future
        after another waiter gave it up raises "await wasn't used with future".
        """
        if self._shut and opcode is not WSMsgType.CLOSE:
            return
        step = self._socket.send_frame(payload, opcode)
        try:
            step.send(None)
        except StopIteration:
            return
        except ConnectionError:
            self._shut = True  # the transport is closing; the reader notices by itself
        else:
            step.close()

    async def _empty(self) -> None:
        try:
            while self._queued and self._protocol.connected:
                async with asyncio.timeout(self._write_seconds):
                    await self._drain()
                self._write_queued()
        except TimeoutError:
            self._task = None
            self._on_slow()
        except ConnectionError:
            self._shut = True
        finally:
            self._task = None
            self._queued = None
            self._bytes = 0

    def _write_queued(self) -> None:
        queued = self._queued
        while queued and not self._protocol.writing_paused:
            item = queued.popleft()
            if isinstance(item, bytes):
                self._bytes -= len(item)
                self._write_text(item)
            else:
                frame = item.render()
                if frame is not None:
                    self._write_text(frame)
