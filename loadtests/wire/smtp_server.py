"""A mail server of one event loop. What becomes of a message is for its subclasses to say."""

from __future__ import annotations

import asyncio
import contextlib


class SmtpServer:
    """Takes every message, or with `refuses` none: each sender is answered 451, "try again later"."""

    def __init__(self, port: int = 0) -> None:
        self.refuses = False
        self.port = port
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def listen(self) -> None:
        """Listen on `port`, or on a free one if that is 0."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=1 << 22)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    def keep(self, content: bytes) -> None:
        """Take a message as it came, headers first."""
        raise NotImplementedError

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Cancelled at the end of a run, when the hub has left its connections open.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.write(b"220 mail\r\n")
            while line := await reader.readline():
                verb = line[:4].upper().strip()
                if verb == b"DATA" and not self.refuses:
                    writer.write(b"354 go on\r\n")
                    self.keep(await reader.readuntil(b"\r\n.\r\n"))
                if verb == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                refused = self.refuses and verb in (b"MAIL", b"DATA")
                writer.write(b"451 4.3.0 try again later\r\n" if refused else b"250 ok\r\n")
                await writer.drain()
        writer.close()
