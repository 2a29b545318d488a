"""A raw WebSocket client that may break the protocol: partial frames, no pongs, no reading, any frame."""

import asyncio
import base64
import json
import os
import socket
import struct
from typing import Any
from urllib.parse import urlsplit

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA


class Closed(Exception):
    """The server closed the socket. `code` is 1006 if there was no close frame."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def frame(opcode: int, payload: bytes, *, final: bool = True) -> bytes:
    """Return a masked client frame. The mask of zeros leaves the payload readable."""
    first, size = (0x80 if final else 0) | opcode, len(payload)
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    return head + b"\0\0\0\0" + payload


class RawClient:
    """A raw client. With `answers_pings=False` it sends no pongs. It reads only when `next` is called."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers_pings: bool) -> None:
        self.reader = reader
        self.writer = writer
        self.answers_pings = answers_pings
        self.pings = 0

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        receive_buffer: int | None = None,
        answers_pings: bool = True,
        path: str = "/ws",
        **headers: str,
    ) -> "RawClient":
        target = urlsplit(url)
        plain = socket.socket()
        if receive_buffer is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, (target.hostname, target.port))
        reader, writer = await asyncio.open_connection(sock=plain, limit=receive_buffer or 65536)
        named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {target.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{named}\r\n".encode()
        )
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        status = int(head.split(b" ", 2)[1])
        if status != 101:
            writer.close()
            raise ConnectionRefusedError(status, head.decode())
        return cls(reader, writer, answers_pings)

    def send(self, document: Any) -> None:
        self.writer.write(frame(TEXT, document if isinstance(document, bytes) else json.dumps(document).encode()))

    def send_frame(self, opcode: int, payload: bytes = b"") -> None:
        self.writer.write(frame(opcode, payload))

    async def next(self, timeout: float = 30) -> Any:
        """Return the next text frame, decoded. Raise Closed at the end."""
        async with asyncio.timeout(timeout):
            while True:
                try:
                    opcode, payload = await self._frame()
                except (asyncio.IncompleteReadError, ConnectionError):
                    raise Closed(1006) from None
                if opcode == TEXT:
                    return json.loads(payload)
                if opcode == CLOSE:
                    self.send_frame(CLOSE, payload[:2])
                    raise Closed(int.from_bytes(payload[:2], "big"))
                if opcode == PING:
                    self.pings += 1
                    if self.answers_pings:
                        self.send_frame(PONG, payload)

    async def code(self, timeout: float = 30) -> int:
        """Read until the end. Return the close code."""
        async with asyncio.timeout(timeout):
            while True:
                try:
                    await self.next(timeout)
                except Closed as closed:
                    return closed.code

    async def sign_in(self, token: str) -> Any:
        """Authenticate in the first frame and return `ready`."""
        assert (await self.next())["type"] == "hello"
        self.send({"type": "auth", "token": token})
        ready = await self.next()
        assert ready["type"] == "ready", ready
        return ready

    async def _frame(self) -> tuple[int, bytes]:
        first, second = await self.reader.readexactly(2)
        size = second & 0x7F
        if size == 126:
            size = int.from_bytes(await self.reader.readexactly(2), "big")
        elif size == 127:
            size = int.from_bytes(await self.reader.readexactly(8), "big")
        return first & 0x0F, await self.reader.readexactly(size)

    def drop(self) -> None:
        self.writer.transport.abort()
