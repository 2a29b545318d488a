"""A mail server that keeps the confirmation link of each e-mail, by address, as the mailboxes of its customers."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import re
from collections import deque
from email.message import EmailMessage

CONFIRMATION = re.compile(r"https?://\S+?/b/([A-Za-z0-9_-]+)")
MOST_LINKS = 4
"""Links that are kept for one address; a customer follows the newest."""


class MailBox:
    """An SMTP server of one loop. `links` has the tokens that came to an address, the newest last."""

    def __init__(self, port: int = 0) -> None:
        self.links: dict[str, deque[str]] = {}
        self.messages = 0
        self.port = port
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def open(self) -> MailBox:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=1 << 22)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Cancelled at the end of a run, when the hub has left its connections open.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.write(b"220 mailbox\r\n")
            while line := await reader.readline():
                verb = line[:4].upper().strip()
                if verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    self.keep(await reader.readuntil(b"\r\n.\r\n"))
                elif verb == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                writer.write(b"250 ok\r\n")
                await writer.drain()
        writer.close()

    def keep(self, content: bytes) -> None:
        """Keep the link of a message. An e-mail without one, such as the confirmation of a visit, is only counted."""
        self.messages += 1
        message = email.message_from_bytes(content, policy=email.policy.default)
        body = message.get_body(preferencelist=("plain",)) if isinstance(message, EmailMessage) else None
        found = CONFIRMATION.search(str(body.get_content())) if body is not None else None
        if found is None:
            return
        for address in message["To"].addresses:
            self.links.setdefault(address.addr_spec, deque(maxlen=MOST_LINKS)).append(found[1])

    def link_to(self, address: str) -> str | None:
        """Return the newest token that came to an address, and take it out; None if none has come."""
        waiting = self.links.get(address)
        return waiting.pop() if waiting else None
