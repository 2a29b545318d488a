"""A mail server that keeps the confirmation link of each e-mail, by address, as the mailboxes of its customers."""

from __future__ import annotations

import email
import email.policy
import re
from collections import deque
from email.message import EmailMessage

from loadtests.wire.smtp_server import SmtpServer

CONFIRMATION = re.compile(r"https?://\S+?/b/([A-Za-z0-9_-]+)")
MOST_LINKS = 4
"""Links that are kept for one address; a customer follows the newest."""


class MailBox(SmtpServer):
    """`links` has the tokens that came to an address, the newest last."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.links: dict[str, deque[str]] = {}
        self.messages = 0

    async def open(self) -> MailBox:
        await self.listen()
        return self

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
