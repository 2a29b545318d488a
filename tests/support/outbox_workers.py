"""Fixtures of the outbox: the pools on a database of their own, rows to send, a real SMTP server, and the two outbox workers."""

from types import SimpleNamespace

import pytest

from db.database import Database
from hub.clock import Clock
from hub.events.announcer import Announcer
from hub.jobs import outbox
from hub.jobs.outbox import OutboxWorker
from tests.support.mail_outbox import NOW, PUBLIC_URL, OutboxRows
from tests.support.mail_server import MailServer


@pytest.fixture
async def mail_server():
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def database(database_url):
    pools = Database(database_url)
    await pools.open(on_demand=True)
    yield pools
    await pools.close()


@pytest.fixture
async def outbox_rows(database):
    return await OutboxRows(database).open()


@pytest.fixture
def events(monkeypatch):
    received = []
    monkeypatch.setattr(outbox.logs, "event", lambda name, **fields: received.append((name, fields)))
    return received


@pytest.fixture
def services(database, tmp_path, mail_server):
    clock = Clock()
    clock.set(NOW)
    settings = SimpleNamespace(
        smtp_url=mail_server.url,
        sms_url=None,
        data_dir=tmp_path,
        public_url=PUBLIC_URL,
        webhook_networks=(),
        keeps_mail_back=False,
        has_mailbox=True,
    )
    return SimpleNamespace(database=database, clock=clock, settings=settings, announcer=Announcer(None))


@pytest.fixture
def worker(services, events):
    """The worker of ordinary mails."""
    return OutboxWorker(services, jitter=lambda: 0.5)


@pytest.fixture
def urgent(services, events):
    """The worker of messages that are useless after their time."""
    return OutboxWorker(services, urgent=True, jitter=lambda: 0.5)
