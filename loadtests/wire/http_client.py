"""A keep-alive HTTP/1.1 client with minimal parsing: status, headers, and a body by Content-Length."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import orjson


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        wanted = name.lower().encode()
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == wanted:
                return value.strip().decode("latin-1")
        return None

    def json(self) -> dict[str, object]:
        document: dict[str, object] = orjson.loads(self.body)
        return document


class HttpClient(asyncio.Protocol):
    """One connection, one request at a time: `send` with an `on_answer` callback, or `await ask(...)`."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self.on_answer: Callable[[Answer], None] | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def send(self, request: bytes) -> None:
        if self._transport is not None:
            self._transport.write(request)

    async def ask(self, request: bytes, timeout: float = 30.0) -> Answer:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.on_answer = future.set_result
        self.send(request)
        await asyncio.wait((future, self.lost), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if not future.done():
            raise ConnectionError("connection lost or no answer in time")
        return future.result()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's has the methods but not the type

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        while True:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(buffer[:end])
            status = int(head[9:12])
            size = _content_length(head) if status not in (204, 304) else 0
            if len(buffer) < end + 4 + size:
                return
            body = bytes(buffer[end + 4 : end + 4 + size])
            del buffer[: end + 4 + size]
            if self.on_answer is not None:
                self.on_answer(Answer(status, head, body))


def _content_length(head: bytes) -> int:
    at = head.find(b"Content-Length:")
    if at < 0:
        lowered = head.lower()
        at = lowered.find(b"content-length:")
        if at < 0:
            raise ValueError(f"answer without Content-Length: {head[:200]!r}")
    end = head.find(b"\r\n", at)
    return int(head[at + 15 : end if end > 0 else len(head)])


async def open_http(url: str, source: str | None = None) -> HttpClient:
    """Connect; `source` is the client's own address, such as 127.0.7.1."""
    target = urlsplit(url)
    host, port = target.hostname or "127.0.0.1", target.port or 80
    own = None if source is None else (source, 0)
    _, client = await asyncio.get_running_loop().create_connection(HttpClient, host, port, local_addr=own)
    return client


def get(path: str, headers: dict[str, str] | None = None) -> bytes:
    extra = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{extra}\r\n".encode()


def post(path: str, document: object, headers: dict[str, str] | None = None) -> bytes:
    body = orjson.dumps(document)
    extra = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n{extra}\r\n"
    )
    return head.encode() + body
