"""A real SMTP server whose answers a test sets."""

import asyncio
from email import message_from_bytes
from email.policy import default
from functools import partial

from aiosmtpd.smtp import SMTP


class MailServer:
    """An SMTP server on a free port. An answer of None accepts; `answers` has answers by recipient."""

    def __init__(self):
        self.messages = []
        self.recipients = []
        self.sessions = 0
        self.port = 0
        self.rcpt_answer = None
        self.data_answer = None
        self.answers = {}
        self.greylist = None
        self.hangs_up_on = ()
        self.takes_every_script = True
        self.data_gate = None
        self._server = None

    async def start(self):
        loop = asyncio.get_running_loop()
        make = partial(SMTP, self, hostname="sink", loop=loop, enable_SMTPUTF8=True)
        self._server = await loop.create_server(make, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self):
        self._server.close()
        await asyncio.sleep(0)

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.sessions += 1
        session.host_name = hostname
        return responses if self.takes_every_script else [one for one in responses if "SMTPUTF8" not in one]

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get(address) or self.rcpt_answer
        if self.greylist is not None and address not in self.greylist:
            self.greylist.add(address)
            answer = "450 4.7.1 greylisted, come back later"
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.data_gate is not None:
            await self.data_gate(envelope)
        if any(address in self.hangs_up_on for address in envelope.rcpt_tos):
            server.transport.abort()
            return "421 gone"
        if self.data_answer:
            return self.data_answer
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        self.recipients.append(tuple(envelope.rcpt_tos))
        return "250 OK"
