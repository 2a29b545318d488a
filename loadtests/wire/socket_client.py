"""A light WebSocket client: one protocol object, frames parsed from one buffer, no tasks.

Frames are masked with the key 0, which is legal and makes masking a copy. So the generator saves the work, and the server
still does it.
"""

from __future__ import annotations

import asyncio
import base64
import os
import struct
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

ZERO_KEY = b"\x00\x00\x00\x00"
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


def frame(opcode: int, payload: bytes) -> bytes:
    """Return a complete client frame."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | opcode, 0x80 | size))
    elif size < 65536:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
    return head + ZERO_KEY + payload


class SocketClosed(ConnectionError):
    """The server closed the socket. `code` is its close code, 1006 if there was none."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"socket closed {code} {reason}".strip())
        self.code = code


class SocketClient(asyncio.Protocol):
    """A client. `on_text(payload)` is called for every text frame; `ask` sends a request and awaits its reply."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._buffer = bytearray()
        self._open = False
        self._parts: list[bytes] = []
        self._waiting: asyncio.Future[bytes] | None = None
        self._early: list[bytes] = []
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[SocketClosed] = loop.create_future()
        self.on_text: Callable[[bytes], None] | None = None
        self._transport: asyncio.Transport | None = None

    # -- what callers use ---------------------------------------------------------------------------------------

    def send(self, payload: bytes) -> None:
        if self._transport is not None:
            self._transport.write(frame(TEXT, payload))

    async def next_text(self, timeout: float = 10.0) -> bytes:
        """Return the next text frame. For use before and after a run, not while `on_text` is set."""
        if self._early:
            return self._early.pop(0)
        self._waiting = asyncio.get_running_loop().create_future()
        return await asyncio.wait_for(self._waiting, timeout)

    def close(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(frame(CLOSE, struct.pack("!H", 1000)))
            self._transport.close()

    # -- asyncio.Protocol ---------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's has the methods but not the type
        self._transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended(SocketClosed(1006, str(exc or "connection lost")))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        if not self._open and not self._handshake():
            return
        position, available = 0, len(buffer)
        while available - position >= 2:
            first, size, start = buffer[position], buffer[position + 1] & 0x7F, position + 2
            if size == 126:
                if available < start + 2:
                    break
                size, start = int.from_bytes(buffer[start : start + 2], "big"), start + 2
            elif size == 127:
                if available < start + 8:
                    break
                size, start = int.from_bytes(buffer[start : start + 8], "big"), start + 8
            end = start + size
            if available < end:
                break
            self._frame(first, bytes(buffer[start:end]))
            position = end
        if position:
            del buffer[:position]

    def _handshake(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        if not head.startswith(b"HTTP/1.1 101"):
            self._ended(SocketClosed(1006, head.split(b"\r\n", 1)[0].decode("latin-1")))
            if self._transport is not None:
                self._transport.abort()
            return False
        self._open = True
        if not self.opened.done():
            self.opened.set_result(None)
        return True

    def _frame(self, first: int, payload: bytes) -> None:
        opcode = first & 0x0F
        if opcode in (TEXT, 0):
            if not first & 0x80 or self._parts:
                self._parts.append(payload)
                if not first & 0x80:
                    return
                payload = b"".join(self._parts)
                self._parts.clear()
            if self.on_text is not None:
                self.on_text(payload)
            elif self._waiting is not None and not self._waiting.done():
                self._waiting.set_result(payload)
            else:
                self._early.append(payload)
        elif opcode == PING and self._transport is not None:
            self._transport.write(frame(PONG, payload))
        elif opcode == CLOSE:
            code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
            self._ended(SocketClosed(code, payload[2:].decode("utf-8", "replace")))

    def _ended(self, why: SocketClosed) -> None:
        for future in (self.opened, self._waiting):
            if future is not None and not future.done():
                future.set_exception(why)
        if not self.closed.done():
            self.closed.set_result(why)


async def open_socket(
    url: str, path: str = "/ws", token: str | None = None, source: str | None = None, cookie: str | None = None
) -> SocketClient:
    """Connect and do the handshake. `next_text` returns the server's first frames. `source` is the client's own address."""
    target = urlsplit(url)
    encrypted = target.scheme == "https"
    host, port = target.hostname or "127.0.0.1", target.port or (443 if encrypted else 80)
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    authorization += f"Cookie: {cookie}\r\n" if cookie else ""
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{authorization}\r\n"
    ).encode()
    loop = asyncio.get_running_loop()
    own = None if source is None else (source, 0)
    _, client = await loop.create_connection(
        lambda: SocketClient(request), host, port, local_addr=own, ssl=encrypted or None
    )
    await asyncio.wait_for(client.opened, 15)
    return client
