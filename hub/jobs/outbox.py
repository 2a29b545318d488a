"""The outbox job: sends the messages that actions left in the outbox, at least once each, outside any transaction.

Rows are claimed with a lease, so several processes share the work. The rows of a process that dies are free after a minute. A
deferred message is retried after 2, 8, 32 ... seconds, and is dead after eight tries. A refused one is dead at once. One that
is no longer true or needed is dropped. If a server cannot be reached, its whole channel waits for at most a minute at a time,
and no message loses a try.

Two workers run side by side, each with its own connections. So urgent messages (a one-time code, an offer, the link that
confirms seats) never wait behind the confirmations of a rush.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from math import inf
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import orjson

from db import statements
from db.pool import DatabaseDown
from hub.actions.messaging.outbox_facts import read_about
from hub.confirmation.carrier_errors import DeliveryDeferred, DeliveryRefused
from hub.confirmation.email_content import Obsolete, Unsendable
from hub.confirmation.email_message import write_email, write_text_message
from hub.confirmation.mail_carrier import MailCarrier
from hub.confirmation.outbox_message import About, OutboxMessage, Sender
from hub.confirmation.sms_carrier import SmsCarrier, sms_carrier
from hub.confirmation.webhook_carrier import Call, WebhookCarrier
from hub.events.announcements import Announcement, MessagesWritten
from hub.jobs.rush import Rush
from hub.observability import logs, outcome_metrics, telemetry

if TYPE_CHECKING:
    from hub.services import Services

PERIOD_SECONDS = 0.5
BATCH = 50
LEASE = timedelta(seconds=60)
MOST_TRIES = 8
CHANNELS = ("mail", "sms", "webhook")
_STOP_SENDING_AFTER = 25.0  # seconds after the claim; one more try may take 30 s, and all must end within the lease
_FIRST_WAIT = 2.0
_WAIT_FACTOR = 4.0
_LONGEST_WAIT = 2 * 3600.0
_LONGEST_WAIT_FOR_SERVER = 60.0
_JITTER = 0.2
_CLOCK_SECONDS = 15.0
"""Seconds between two looks for messages that wait longer than they may, since a clock was wrong when they were written."""
_SKEW = timedelta(seconds=60)
"""Time by which the clocks of two processes may differ without anything being wrong."""
_REST_PER_WORK = 2.0  # seconds of rest per second of writing: e-mails then use at most a third of the processor
_REST_IN_A_RUSH = 0.5  # seconds; the e-mails of a rush go out when it is over


class OutboxJob:
    """Both workers: `run()` until `stop()`. A booking of any process wakes it, which saves half a second."""

    def __init__(self, services: Services) -> None:
        self._rush = Rush()
        self._workers = (OutboxWorker(services, urgent=True), OutboxWorker(services, in_a_rush=self._rush.is_on))
        services.announcer.listen(self._receive)

    def _receive(self, announcement: Announcement) -> None:
        if isinstance(announcement, MessagesWritten):
            self._rush.receive(announcement)
            self.wake()

    def wake(self) -> None:
        """Wake the worker of confirmations. Urgent messages are not looked for on every booking of a rush."""
        self._workers[1].wake()

    def stop(self) -> None:
        for worker in self._workers:
            worker.stop()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for worker in self._workers:
                tasks.create_task(worker.run())


class OutboxWorker:
    """Sends one class of messages: the `urgent` ones, which are useless after some minutes, or all others."""

    def __init__(
        self,
        services: Services,
        *,
        urgent: bool = False,
        carrier: MailCarrier | None = None,
        texts: SmsCarrier | None = None,
        jitter: Callable[[], float] = random.random,
        in_a_rush: Callable[[], bool] = lambda: False,
    ) -> None:
        self._services = services
        self._urgent = urgent
        self._sql = statements.load("messaging/outbox")
        self._carrier = carrier or MailCarrier(services.settings)
        self._texts = texts or sms_carrier(services.settings)
        self._webhooks = WebhookCarrier(services.settings.webhook_networks)
        self._sender = Sender(self._carrier.sender, self._carrier.host, services.settings.public_url.rstrip("/"))
        self._jitter = jitter
        self._in_a_rush = in_a_rush
        self._woken = asyncio.Event()
        self._stopping = False
        # Failures in a row of each channel. They decide how long its server is left alone.
        self._failed_contacts = dict.fromkeys(CHANNELS, 0)
        self._looked_at = -inf

    def wake(self) -> None:
        """Look for messages now and not in half a second, unless a server has just failed."""
        if not any(self._failed_contacts.values()):
            self._woken.set()

    def stop(self) -> None:
        """Stop after the current message. The rest of its batch is released."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Send due messages until `stop()`. The job waits while Postgres is down, logs any other error, and goes on."""
        try:
            while not self._stopping:
                self._woken.clear()
                settled = 0
                try:
                    await self._bring_back()
                    settled = await self.send_due()
                except DatabaseDown:
                    pass  # health checks report it; the next turn tries again
                except Exception as error:  # noqa: BLE001  one odd row must not end all mail
                    logs.event("outbox.round.failed", error=type(error).__name__)
                if settled < BATCH and not self._stopping:
                    await self._rest()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._woken.wait(), PERIOD_SECONDS)
        finally:
            await self._rest()

    async def _rest(self) -> None:
        await self._carrier.rest()
        await self._texts.rest()
        await self._webhooks.rest()

    async def _bring_back(self) -> None:
        if time.monotonic() - self._looked_at >= _CLOCK_SECONDS:
            await self.bring_back()
            self._looked_at = time.monotonic()

    async def bring_back(self) -> int:
        """Make due what waits longer than it ever may, and return how many messages did: they were written by a wrong clock."""
        now = self._services.clock.now()
        longest = [timedelta(seconds=_longest_wait(tries)) + _SKEW for tries in range(MOST_TRIES + 1)]
        rows = await self._services.database.jobs.fetch(
            self._sql.bring_back, now, now + LEASE + _SKEW, longest, int(self._urgent)
        )
        if rows:
            logs.event(telemetry.MAIL_BROUGHT_BACK, level="WARNING", messages=len(rows))
        return len(rows)

    async def send_due(self) -> int:
        """Send one batch and return how many messages were settled. Those not tried are released."""
        now = self._services.clock.now()
        lease = uuid4()
        rows = await self._services.database.jobs.fetch(
            self._sql.claim, now, now + LEASE, BATCH, lease, int(self._urgent)
        )
        if not rows:
            return 0
        untried = dict.fromkeys(CHANNELS, 0)
        for row in rows:
            untried[row["channel"]] += 1
        away: dict[str, tuple[datetime, str]] = {}
        try:
            about = await read_about(self._services.database.jobs, rows)
            started = time.monotonic()
            for number, row in enumerate(rows):
                if self._stopping or time.monotonic() - started > _STOP_SENDING_AFTER:
                    break
                channel = row["channel"]
                if channel in away:
                    continue
                try:
                    await self._settle(row, about[number], lease)
                except DeliveryDeferred as absence:
                    self._failed_contacts[channel] += 1
                    due = self._later(self._failed_contacts[channel], _LONGEST_WAIT_FOR_SERVER)
                    away[channel] = (due, str(absence))
                    self._log(row, str(absence))
                else:
                    untried[channel] -= 1
        finally:
            for channel, left in untried.items():
                if left:
                    due, error = away.get(channel, (now, None))
                    with suppress(DatabaseDown):
                        await asyncio.shield(
                            self._services.database.jobs.execute(self._sql.release, lease, due, error, channel)
                        )
        return len(rows) - sum(untried.values())

    async def _settle(self, row: Any, about: About, lease: UUID) -> None:
        """Send one message and store the outcome. Raises DeliveryDeferred if the whole channel has to wait."""
        now = self._services.clock.now()
        if row["not_after"] is not None and row["not_after"] <= now:
            await self._drop(row, lease, "too late")
            return
        worked = 0.0
        try:
            worked = await self._send(row, about)
        except Obsolete as reason:
            await self._drop(row, lease, f"obsolete: {reason}")
        except (Unsendable, DeliveryRefused) as refusal:
            await self._give_up(row, lease, str(refusal))
        except DeliveryDeferred as error:
            # If a connection breaks once, this message may be the cause. If it breaks twice in a row, the server is.
            unsure = error.scope == "unsure" and not self._failed_contacts[row["channel"]]
            if not unsure and error.scope != "message":
                raise
            self._failed_contacts[row["channel"]] = int(unsure)
            await self._try_later(row, lease, str(error))
        except Exception as error:  # noqa: BLE001  a row that cannot be put into words must not hold up the others
            await self._try_later(row, lease, f"error: {type(error).__name__}")
        else:
            self._failed_contacts[row["channel"]] = 0
            await self._services.database.jobs.execute(
                self._sql.mark_sent, row["org_id"], row["id"], lease, self._services.clock.now()
            )
            self._log(row)
        await self._let_others_go_first(worked)

    async def _send(self, row: Any, about: About) -> float:
        """Write and send one message; return the seconds of processor time that the writing took.

        It is written in a thread, because the e-mail of a family takes longer than a scan may wait.
        """
        message = OutboxMessage.of(row, about, host=self._sender.host, now=self._services.clock.now())
        started = time.perf_counter()
        if row["channel"] == "webhook":
            await self._webhooks.send(await self._call(row, message))
            return 0.0
        if row["channel"] == "sms":
            text = await asyncio.to_thread(write_text_message, message, self._sender)
            worked = time.perf_counter() - started
            await self._texts.send(text)
        else:
            mail = await asyncio.to_thread(write_email, message, self._sender)
            worked = time.perf_counter() - started
            await self._carrier.send(mail)
        return worked

    async def _call(self, row: Any, message: OutboxMessage) -> Call:
        """Return the webhook call of a row. Its secret is read now, because rows do not hold it and the newest one counts."""
        alert = message.payload.get("alert")
        venue_id = alert.get("venue_id") if isinstance(alert, dict) else None
        secret = await self._services.database.jobs.fetchval(
            statements.load("reporting/alerts").webhook_secret, row["org_id"], venue_id, row["recipient"]
        )
        if secret is None:
            raise Unsendable("webhook gone")
        delivery = message.message_id.strip("<>").partition("@")[0]
        body = orjson.dumps({"event": row["kind"], "delivery": delivery, "alert": alert})
        return Call(row["recipient"], row["kind"], delivery, body, secret)

    async def _let_others_go_first(self, worked: float) -> None:
        """Rest after `worked` seconds of work; longer while a rush of bookings needs the event loop."""
        await asyncio.sleep(_REST_IN_A_RUSH if self._in_a_rush() else worked * _REST_PER_WORK)

    async def _try_later(self, row: Any, lease: UUID, error: str) -> None:
        if row["attempts"] >= MOST_TRIES:
            await self._give_up(row, lease, error)
            return
        due = self._later(row["attempts"], _LONGEST_WAIT)
        await self._services.database.jobs.execute(self._sql.mark_deferred, row["org_id"], row["id"], lease, due, error)
        self._log(row, error)

    async def _give_up(self, row: Any, lease: UUID, error: str) -> None:
        await self._services.database.jobs.execute(self._sql.mark_dead, row["org_id"], row["id"], lease, error)
        self._log(row, error, dead=True)

    async def _drop(self, row: Any, lease: UUID, reason: str) -> None:
        await self._services.database.jobs.execute(self._sql.mark_dropped, row["org_id"], row["id"], lease, reason)
        outcome_metrics.message_dropped(row["channel"], row["kind"])
        logs.event(telemetry.MAIL_DROPPED, kind=row["kind"], reservation_id=row["reservation_id"], reason=reason)

    def _later(self, tries: int, longest: float) -> datetime:
        """Return the time of the next try: exponential with 20 % jitter, so that many rows do not come back in one second."""
        seconds = min(_FIRST_WAIT * _WAIT_FACTOR ** min(tries - 1, 16), longest)
        factor = 1 - _JITTER + 2 * _JITTER * self._jitter()
        return self._services.clock.now() + timedelta(seconds=seconds * factor)

    def _log(self, row: Any, error: str | None = None, *, dead: bool = False) -> None:
        fields: dict[str, Any] = {
            "kind": row["kind"],
            "channel": row["channel"],
            "reservation_id": row["reservation_id"],
            "attempt": row["attempts"],
        }
        result = "sent" if error is None else "given_up" if dead else "failed"
        outcome_metrics.message_settled(row["org_id"], row["channel"], row["kind"], result)
        if error is not None:
            fields.update(error=error, dead=dead)
            logs.event(telemetry.MAIL_FAILED, **fields)
        else:
            logs.event(telemetry.MAIL_SENT, **fields)


def _longest_wait(tries: int) -> float:
    """Return the longest wait in seconds of a message after so many tries, for itself or for its channel's server."""
    own = min(_FIRST_WAIT * _WAIT_FACTOR ** (tries - 1), _LONGEST_WAIT)
    return max(own, _LONGEST_WAIT_FOR_SERVER) * (1 + _JITTER)
