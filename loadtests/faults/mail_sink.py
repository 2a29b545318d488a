"""A mail server that counts what it gets, and can refuse everything for now, as one that is overloaded does."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_TO = re.compile(rb"^To:.*?([\w.+-]+@[\w.-]+)", re.IGNORECASE | re.MULTILINE)


class MailSink:
    def __init__(self) -> None:
        self.refuses = False
        """Every message gets 451, "try again later"."""
        self.messages: Counter[str] = Counter()
        """How often each message came, by its Message-ID."""
        self.recipients: Counter[str] = Counter()
        self.port = 0
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def open(self, port: int = 0) -> MailSink:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=1 << 22)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Cancelled at the end of a run, when the hub has left its connections open.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.write(b"220 sink\r\n")
            while line := await reader.readline():
                verb = line[:4].upper().strip()
                if verb == b"DATA" and not self.refuses:
                    writer.write(b"354 go on\r\n")
                    self._keep(await reader.readuntil(b"\r\n.\r\n"))
                if verb == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                refused = self.refuses and verb in (b"MAIL", b"DATA")
                writer.write(b"451 4.3.0 try again later\r\n" if refused else b"250 ok\r\n")
                await writer.drain()
        writer.close()

    def _keep(self, message: bytes) -> None:
        named, to = _MESSAGE_ID.search(message), _TO.search(message)
        self.messages[named[1].decode() if named else f"without a name {len(self.messages)}"] += 1
        if to:
            self.recipients[to[1].decode()] += 1
