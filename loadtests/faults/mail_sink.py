"""A mail server that counts what it gets, and can refuse everything for now, as one that is overloaded does."""

from __future__ import annotations

import re
from collections import Counter

from loadtests.wire.smtp_server import SmtpServer

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_TO = re.compile(rb"^To:.*?([\w.+-]+@[\w.-]+)", re.IGNORECASE | re.MULTILINE)


class MailSink(SmtpServer):
    def __init__(self) -> None:
        super().__init__()
        self.messages: Counter[str] = Counter()
        """How often each message came, by its Message-ID."""
        self.recipients: Counter[str] = Counter()

    async def open(self, port: int = 0) -> MailSink:
        self.port = port
        await self.listen()
        return self

    def keep(self, content: bytes) -> None:
        named, to = _MESSAGE_ID.search(content), _TO.search(content)
        self.messages[named[1].decode() if named else f"without a name {len(self.messages)}"] += 1
        if to:
            self.recipients[to[1].decode()] += 1
