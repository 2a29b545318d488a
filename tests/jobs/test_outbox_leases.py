"""Leases: two hubs share the work, and a hub that dies costs at most one repeat after its lease.

Each promise is tested once more without its mechanism in the SQL, and must then be broken.
"""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from db import statements
from db.pool import DatabaseDown
from hub.jobs.outbox import LEASE, OutboxWorker
from tests.support.locks import give_up_after
from tests.support.mail_outbox import NOW

SQL = statements.load("messaging/outbox")
UNLEASED = "AND (leased_until IS NULL OR leased_until <= $1::timestamptz)"
SKIPPED = "FOR UPDATE SKIP LOCKED"


class Changed:
    """The statements, with parts of one of them removed."""

    def __init__(self, name, old, new=""):
        sql = getattr(SQL, name)
        assert old in sql
        self._changed = {name: sql.replace(old, new)}

    def __getattr__(self, name):
        return self._changed.get(name) or getattr(SQL, name)


def another(services, sql=None):
    worker = OutboxWorker(services, jitter=lambda: 0.5)
    if sql is not None:
        worker._sql = sql
    return worker


def identities(mail_server):
    return [mail["Message-ID"] for mail in mail_server.messages]


async def test_two_hubs_share_the_work_and_send_nothing_twice(services, worker, outbox_rows, mail_server):
    await outbox_rows.confirmations(120)
    other = another(services)
    while sum(await asyncio.gather(worker.send_due(), other.send_due())):
        pass
    assert len(mail_server.messages) == len(set(identities(mail_server))) == 120


async def two_at_once(services, outbox_rows, mail_server, sql):
    """Hold the first hub's mail in the SMTP server while the second hub looks for work.

    Return how often it was sent.
    """
    await outbox_rows.confirmations()
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def gate(_envelope):
        arrived.set()
        await go_on.wait()

    mail_server.data_gate = gate
    first = asyncio.create_task(another(services, sql).send_due())
    await asyncio.wait_for(arrived.wait(), 10)
    mail_server.data_gate = None
    services.clock.set(NOW + LEASE - timedelta(seconds=1))
    await another(services, sql).send_due()
    go_on.set()
    await first
    return len(mail_server.messages)


async def test_a_row_that_is_being_sent_is_nobody_elses_until_its_lease_ends(
    services, outbox_rows, mail_server, events
):
    assert await two_at_once(services, outbox_rows, mail_server, SQL) == 1


async def test_without_the_lease_the_same_row_is_sent_twice(services, outbox_rows, mail_server, events):
    assert await two_at_once(services, outbox_rows, mail_server, Changed("claim", UNLEASED)) == 2


async def claimed_at_once(database, outbox_rows, sql):
    """Claim in two open transactions, the second before the first has committed. Return which of them got the row."""
    await outbox_rows.confirmations()
    got = []
    async with database.transaction() as first, database.transaction() as second:
        got.append(await first.fetch(sql.claim, NOW, NOW + LEASE, 50, uuid4(), 0))
        # A claim that waits for the first one's lock waits here, until its lock timeout.
        await give_up_after(second, "300ms")
        got.append(await second.fetch(sql.claim, NOW, NOW + LEASE, 50, uuid4(), 0))
    return [len(rows) for rows in got]


async def test_a_hub_that_claims_never_waits_for_another(database, outbox_rows):
    assert await claimed_at_once(database, outbox_rows, SQL) == [1, 0]


async def test_without_skip_locked_a_claim_waits_for_another(database, outbox_rows):
    with pytest.raises(DatabaseDown, match="LockNotAvailableError"):
        await claimed_at_once(database, outbox_rows, Changed("claim", SKIPPED, "FOR UPDATE"))


async def killed_between_send_and_mark(services, outbox_rows, mail_server):
    """Kill a hub after it has handed over its mail and before it records that."""
    await outbox_rows.confirmations()
    handed_over = asyncio.Event()

    async def never(*_):
        handed_over.set()
        await asyncio.Event().wait()

    dying = another(services)
    dying._log = lambda *_, **__: None
    database, execute = services.database.jobs, services.database.jobs.execute

    async def but_no_mark(sql, *arguments):
        return await (never() if sql == SQL.mark_sent else execute(sql, *arguments))

    dying._services = type("House", (), {**vars(services)})()
    dying._services.database = type("Database", (), {})()
    dying._services.database.jobs = type("Jobs", (), {"fetch": database.fetch, "execute": staticmethod(but_no_mark)})()
    task = asyncio.create_task(dying.send_due())
    await asyncio.wait_for(handed_over.wait(), 10)
    # A killed process releases nothing: its clean-up does not run.
    dying._services.database.jobs = type("Gone", (), {"execute": staticmethod(lambda *_: asyncio.sleep(0))})()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_hub_killed_between_sending_and_writing_it_down_costs_one_repeat_after_the_lease(
    services, worker, outbox_rows, mail_server
):
    await killed_between_send_and_mark(services, outbox_rows, mail_server)
    (row,) = await outbox_rows.rows()
    assert (row["status"], len(mail_server.messages)) == ("PENDING", 1)
    services.clock.set(NOW + LEASE - timedelta(seconds=1))
    assert await worker.send_due() == 0
    services.clock.set(NOW + LEASE + timedelta(seconds=1))
    assert await worker.send_due() == 1
    services.clock.advance(10 * LEASE.total_seconds())
    assert await worker.send_due() == 0
    # The mail is sent twice with one Message-ID, so that a mail program shows it once.
    assert len(mail_server.messages) == 2
    assert len(set(identities(mail_server))) == 1
    assert (await outbox_rows.rows())[0]["status"] == "SENT"


async def test_with_a_mark_before_the_sending_a_killed_hub_would_lose_the_mail(
    services, worker, outbox_rows, mail_server
):
    """Control: with the mark before the sending, a mail is sent at most once instead of at least once."""
    await outbox_rows.confirmations()
    carrier = worker._carrier

    class MarksFirst:
        sender, host = carrier.sender, carrier.host

        async def send(self, message):
            (row,) = await outbox_rows.rows()
            await services.database.execute(SQL.mark_sent, row["org_id"], row["id"], row["lease_id"], NOW)
            raise asyncio.CancelledError

        async def rest(self):
            return

    worker._carrier = MarksFirst()
    with pytest.raises(asyncio.CancelledError):
        await worker.send_due()
    services.clock.set(NOW + 2 * LEASE)
    assert await another(services).send_due() == 0
    assert mail_server.messages == []


@pytest.mark.parametrize("mark", ["mark_sent", "mark_dead", "mark_deferred", "mark_dropped"])
async def test_whoever_lost_the_lease_changes_nothing(services, outbox_rows, database, mark):
    await outbox_rows.confirmations()
    mine = uuid4()
    (late,) = await database.fetch(SQL.claim, NOW, NOW + LEASE, 50, mine, 0)
    after = NOW + LEASE + timedelta(seconds=1)
    (taken,) = await database.fetch(SQL.claim, after, after + LEASE, 50, uuid4(), 0)
    more = {"mark_sent": [NOW], "mark_deferred": [NOW, "late"]}.get(mark, ["late"])
    await database.execute(getattr(SQL, mark), late["org_id"], late["id"], mine, *more)
    (row,) = await outbox_rows.rows()
    assert (row["status"], row["last_error"], row["attempts"]) == ("PENDING", None, taken["attempts"])
    assert row["lease_id"] not in (None, mine)
