"""What these tests stand on: the pools on a database of their own, and a real SMTP server that answers as it is told."""

import asyncio
from email import message_from_bytes
from email.policy import default
from functools import partial

import pytest
from aiosmtpd.smtp import SMTP

from db.pool import Database


class MailServer:
    """An SMTP server on a port of its own. Answers of None mean yes."""

    def __init__(self):
        self.messages = []
        self.sessions = 0
        self.port = 0
        self.rcpt_answer = None
        self.data_answer = None
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
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.rcpt_answer:
            return self.rcpt_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.data_answer:
            return self.data_answer
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
async def mail_server():
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def database(database_url):
    pools = Database(database_url)
    await pools.open()
    yield pools
    await pools.close()
