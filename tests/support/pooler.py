"""A pooler before the test's Postgres, with the rules of PgBouncer that matter to its clients."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

ACCEPTED = {
    "user",
    "database",
    "client_encoding",
    "datestyle",
    "timezone",
    "standard_conforming_strings",
    "application_name",
}
"""Parameters of a start that PgBouncer accepts without `ignore_startup_parameters`."""
_SSL_REQUEST = 80877103
_ASKS_FOR_PASSWORD = (3, 5, 10, 11)


class _Ends(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def read(self) -> tuple[bytes, bytes]:
        """Return the type and the body of the next message."""
        kind = await self.reader.readexactly(1)
        (size,) = struct.unpack("!I", await self.reader.readexactly(4))
        return kind, await self.reader.readexactly(size - 4)

    def write(self, kind: bytes, body: bytes) -> None:
        self.writer.write(kind + struct.pack("!I", len(body) + 4) + body)


class Pooler:
    """In mode `session` a client keeps its connection. In mode `transaction` it gets one for each transaction, the last one used."""

    def __init__(self, database_url: str, mode: Literal["session", "transaction"]) -> None:
        parts = urlsplit(database_url)
        self._server = (parts.hostname, parts.port)
        self._mode = mode
        self._free: list[_Ends] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _Ends(reader, writer)
        # When the loop ends, asyncio would print a traceback for every connection that was cancelled.
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            if await self._sign_in(client):
                await self._pass_on(client)
        writer.close()

    async def _sign_in(self, client: _Ends) -> bool:
        """Let the client sign in on a connection of its own, and return whether it could."""
        start = await self._read_start(client)
        words = [word.decode() for word in start[4:].split(b"\0")]
        wrong = {name.lower() for name in words[:-2:2]} - ACCEPTED
        if wrong:
            client.write(b"E", f"SFATAL\0C08P01\0Munsupported startup parameter: {min(wrong)}\0\0".encode())
            return False
        server = _Ends(*await asyncio.open_connection(*self._server))
        server.writer.write(struct.pack("!I", len(start) + 4) + start)
        kind = b""
        while kind not in (b"Z", b"E"):
            kind, body = await server.read()
            client.write(kind, body)
            if kind == b"R" and struct.unpack_from("!I", body)[0] in _ASKS_FOR_PASSWORD:
                server.write(*await client.read())
        self._free.append(server)
        return kind == b"Z"

    async def _read_start(self, client: _Ends) -> bytes:
        while True:
            (size,) = struct.unpack("!I", await client.reader.readexactly(4))
            body = await client.reader.readexactly(size - 4)
            if struct.unpack_from("!I", body)[0] != _SSL_REQUEST:
                return body
            client.writer.write(b"N")

    async def _pass_on(self, client: _Ends) -> None:
        answering: asyncio.Task[None] | None = None
        server: _Ends | None = None
        while True:
            kind, body = await client.read()
            if kind == b"X":
                break
            if answering is None or answering.done():
                server = self._free.pop()
                answering = asyncio.create_task(self._answer(server, client))
            assert server is not None
            server.write(kind, body)
        if answering is not None:
            answering.cancel()

    async def _answer(self, server: _Ends, client: _Ends) -> None:
        """Pass answers on until the transaction is over; in session mode until the client leaves."""
        kind, body = b"", b""
        while self._mode == "session" or (kind, body) != (b"Z", b"I"):
            kind, body = await server.read()
            client.write(kind, body)
        self._free.append(server)


@asynccontextmanager
async def pooler_before(database_url: str, mode: Literal["session", "transaction"]) -> AsyncIterator[str]:
    """Yield the URL of the database behind a pooler."""
    pooler = Pooler(database_url, mode)
    serving = await asyncio.start_server(pooler.serve, "127.0.0.1", 0)
    port = serving.sockets[0].getsockname()[1]
    before, _, place = database_url.rpartition("@")
    yield f"{before}@127.0.0.1:{port}/{place.partition('/')[2]}"
    serving.close()
