"""Frame reader: follows the frames of a client on their way into aiohttp's parser.

It knows two things that the parser does not say: whether each frame is masked, as RFC 6455 (5.1) demands of clients, and whether
the client is in the middle of one. The payload is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import WSCloseCode, web_ws
from aiohttp.http_websocket import WebSocketError, WebSocketReader

from hub.live.connection.message_queue import MessageQueue

LONGEST_HEAD = 10
"""Bytes of a frame before its mask: two, and up to eight of its length."""


class FrameReader:
    """Hands to the parser what the client sends, until it sends a frame without a mask. Then the reader gets the error 1002."""

    __slots__ = ("__weakref__", "_between", "_broken", "_ended", "_feed", "_fragment", "_head", "_left", "_parser", "_queue", "on_unfinished")  # fmt: skip

    def __init__(self, queue: MessageQueue, *limits: Any, **options: Any) -> None:
        """Take the arguments of aiohttp's parser."""
        self._queue = queue
        self._parser = WebSocketReader(queue, *limits, **options)
        self._feed = self._parser.feed_data
        self._head = b""
        self._left = 0
        self._fragment = self._broken = self._ended = False
        self._between = True
        self.on_unfinished: Callable[[], None] | None = None
        """Called when the client's data ends within a message, and did not when that message began."""

    @property
    def is_unfinished(self) -> bool:
        """Return whether the client has begun a message, or a control frame, and not ended it."""
        return not (self._between or self._broken)

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Return whether the client can send no more, as aiohttp expects."""
        if self._between and (size := len(data)) > 5 and data[0] >= 0x80:
            # Nearly all data is one masked frame and a whole message. Its length is in the second byte, or in two more.
            second = data[1]
            if (second == size + 0x7A and size < 132) or (second == 0xFE and size == 8 + (data[2] << 8 | data[3])):
                self._queue.is_alone = True
                answer = self._feed(data)
                self._queue.is_alone = False
                return answer
        return self._feed_parts(data)

    def feed_eof(self) -> None:
        self._parser.feed_eof()

    def _feed_parts(self, data: bytes) -> tuple[bool, bytes]:
        if self._broken:
            return True, data
        was_between = self._between
        good = self._follow(data)
        if good < len(data):
            self._broken, self._between = True, False
            self._feed(data[:good])
            self._queue.set_exception(WebSocketError(WSCloseCode.PROTOCOL_ERROR, "A client's frame has no mask"))
            return True, b""
        answer = self._feed(data)
        self._between = not (self._left or self._head or self._fragment)
        if not self._between and (self._ended or was_between) and self.on_unfinished is not None:
            self.on_unfinished()
        return answer

    def _follow(self, data: bytes) -> int:
        """Note where the data ends in its frames. Return how many bytes come before the first frame without a mask."""
        at, size = 0, len(data)
        self._ended = False
        while at < size:
            if self._left:
                step = min(self._left, size - at)
                self._left -= step
                at += step
                self._ended |= not self._left and not self._fragment
                continue
            before = len(self._head)
            head = self._head + data[at : at + LONGEST_HEAD]
            length = _length_of_head(head)
            if len(head) >= 2 and not head[1] & 0x80:
                return at
            if length > len(head):
                self._head = head
                return size
            self._head = b""
            at += length - before
            self._left = 4 + _payload_of(head[:length])
            if head[0] & 0x0F < 0x8:
                self._fragment = head[0] < 0x80
        return size


def _length_of_head(head: bytes) -> int:
    """Return the number of bytes up to the mask."""
    return 2 if len(head) < 2 else {0x7E: 4, 0x7F: 10}.get(head[1] & 0x7F, 2)


def _payload_of(head: bytes) -> int:
    return head[1] & 0x7F if len(head) == 2 else int.from_bytes(head[2:], "big")


def follow_frames() -> None:
    """Let the sockets of this process read through `FrameReader` and `MessageQueue`."""
    web_ws.WebSocketReader = FrameReader  # type: ignore[attr-defined,assignment]
    web_ws.WebSocketDataQueue = MessageQueue  # type: ignore[attr-defined]
