"""The outbox round: sends the mails that bookings left behind, at least once each, outside any transaction.

Rows are claimed with a lease, so several processes share the work and a process that dies gives its rows back after a
minute. A mail that the server refuses for now comes back after 2, 8, 32 ... seconds and is dead after eight tries. A
server that cannot be reached counts against no mail, however long it is away: all wait together, at most a minute.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID, uuid4

from db import statements
from db.pool import DatabaseDown
from hub import logs, telemetry
from hub.confirmation.delivery import DeliveryDeferred, DeliveryRefused
from hub.confirmation.mail import RESERVATION_CONFIRMED, ConfirmationMail, Envelope, confirmation_message
from hub.confirmation.mail_carrier import MailCarrier

if TYPE_CHECKING:
    from hub.house import House

PERIOD_SECONDS = 0.5
BATCH = 50
LEASE = timedelta(seconds=60)
MOST_TRIES = 8
_STOP_SENDING_AFTER = 25.0  # a try may take 30 s more, and both must end within the lease
_FIRST_WAIT = 2.0
_WAIT_FACTOR = 4.0
_LONGEST_WAIT = 2 * 3600.0
_LONGEST_WAIT_FOR_SERVER = 60.0
_REST_PER_WORK = 2.0  # making a mail costs about 1.5 ms of the loop: use a third of it at most
_REST_IN_A_RUSH = 0.5  # seconds; the mails of a rush go out when it is over


class OutboxRound:
    """`run()` until `stop()`. `wake()` after a commit saves the wait of half a second; it may be called from the loop only."""

    def __init__(
        self,
        house: House,
        carrier: MailCarrier | None = None,
        jitter: Callable[[], float] = random.random,
        in_a_rush: Callable[[], bool] = lambda: False,
    ) -> None:
        self._house = house
        self._sql = statements.load("outbox")
        self._carrier = carrier or MailCarrier(house.settings)
        self._jitter = jitter
        self._in_a_rush = in_a_rush
        self._wakened = asyncio.Event()
        self._stopping = False
        self._failed_contacts = 0  # in a row: how long to leave the server alone

    def wake(self) -> None:
        self._wakened.set()

    def stop(self) -> None:
        """End after the mail in hand; the rest of its batch goes back to the table."""
        self._stopping = True
        self._wakened.set()

    async def run(self) -> None:
        """Send what is due, again and again. Postgres away is waited for; any other trouble is logged and outlived."""
        try:
            while not self._stopping:
                self._wakened.clear()
                settled = 0
                try:
                    settled = await self.send_due()
                except DatabaseDown:
                    pass  # health checks tell of it; the next round tries again
                except Exception as trouble:  # noqa: BLE001  one odd row must not end all mail
                    logs.event("outbox.round.failed", error=type(trouble).__name__)
                if settled < BATCH and not self._stopping:
                    await self._carrier.rest()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._wakened.wait(), PERIOD_SECONDS)
        finally:
            await self._carrier.rest()

    async def send_due(self) -> int:
        """One batch. Returns how many mails were settled; those not tried are released again."""
        now = self._house.clock.now()
        lease = uuid4()
        rows = await self._house.database.fetch(self._sql.claim, now, now + LEASE, BATCH, lease)
        if not rows:
            return 0
        started = time.monotonic()
        untried = len(rows)
        due_again, trouble = now, None
        try:
            for row in rows:
                if self._stopping or time.monotonic() - started > _STOP_SENDING_AFTER:
                    break
                try:
                    await self._send_one(row, lease)
                except DeliveryDeferred as absence:
                    self._failed_contacts += 1
                    trouble = str(absence)
                    due_again = self._later(self._failed_contacts, _LONGEST_WAIT_FOR_SERVER)
                    self._log(row, trouble)
                    break
                self._failed_contacts = 0
                untried -= 1
        finally:
            if untried:
                with suppress(DatabaseDown):
                    await asyncio.shield(self._house.database.execute(self._sql.release, lease, due_again, trouble))
        return len(rows) - untried

    async def _send_one(self, row: Any, lease: UUID) -> None:
        """Send and write down the outcome. Raises DeliveryDeferred when the mail server could not be reached."""
        unsendable = _unsendable(row)
        if unsendable:
            await self._give_up(row, lease, unsendable)
            return
        try:
            working_since = time.perf_counter()
            message = confirmation_message(self._mail(row), self._envelope(row))
            worked = time.perf_counter() - working_since
            await self._carrier.send(message)
        except DeliveryRefused as refusal:
            await self._give_up(row, lease, str(refusal))
        except DeliveryDeferred as trouble:
            if trouble.scope != "message":
                raise
            await self._try_later(row, lease, str(trouble))
        except Exception as trouble:  # noqa: BLE001  a row that cannot be put into words must not hold up the others
            await self._try_later(row, lease, type(trouble).__name__)
        else:
            sent_at = self._house.clock.now()
            await self._house.database.execute(self._sql.mark_sent, row["org_id"], row["id"], lease, sent_at)
            self._log(row)
            await self._let_others_go_first(worked)

    async def _let_others_go_first(self, worked: float) -> None:
        """Rest after `worked` seconds, and long while a rush of bookings needs the loop."""
        await asyncio.sleep(_REST_IN_A_RUSH if self._in_a_rush() else worked * _REST_PER_WORK)

    async def _try_later(self, row: Any, lease: UUID, error: str) -> None:
        if row["attempts"] >= MOST_TRIES:
            await self._give_up(row, lease, error)
            return
        due = self._later(row["attempts"], _LONGEST_WAIT)
        await self._house.database.execute(self._sql.mark_deferred, row["org_id"], row["id"], lease, due, error)
        self._log(row, error)

    async def _give_up(self, row: Any, lease: UUID, error: str) -> None:
        await self._house.database.execute(self._sql.mark_dead, row["org_id"], row["id"], lease, error)
        self._log(row, error, dead=True)

    def _later(self, tries: int, longest: float) -> datetime:
        """Exponential, within a fifth of itself, so that many rows do not come back in one second."""
        seconds = min(_FIRST_WAIT * _WAIT_FACTOR ** min(tries - 1, 16), longest)
        return self._house.clock.now() + timedelta(seconds=seconds * (0.8 + 0.4 * self._jitter()))

    def _envelope(self, row: Any) -> Envelope:
        made: datetime = row["created_at"]
        message_id = f"<{row['org_id']}.{row['id']}.{int(made.timestamp()):x}@{self._carrier.host}>"
        return Envelope(self._carrier.sender, self._carrier.host, message_id, self._house.clock.now())

    def _mail(self, row: Any) -> ConfirmationMail:
        payload = row["payload"]
        token = (json.loads(payload) if isinstance(payload, str) else payload).get("manage_token")
        public = self._house.settings.public_url.rstrip("/")
        return ConfirmationMail(
            reservation_id=row["reservation_id"],
            recipient=row["recipient"],
            customer_name=row["customer_name"],
            venue_name=row["venue_name"],
            venue_timezone=row["venue_timezone"],
            ticket_code=row["ticket_code"],
            date=row["date"],
            start_time=row["start_time"],
            end_time=row["end_time"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            manage_url=f"{public}/r/{quote(token, safe='')}" if token else "",
            qr_text=row["ticket_code"],
        )

    def _log(self, row: Any, error: str | None = None, *, dead: bool = False) -> None:
        fields: dict[str, Any] = {"reservation_id": row["reservation_id"], "attempt": row["attempts"]}
        if error is not None:
            fields.update(error=error, dead=dead)
            telemetry.mail_failed(final=dead)
            logs.event(telemetry.MAIL_FAILED, **fields)
        else:
            telemetry.mail_sent()
            logs.event(telemetry.MAIL_SENT, **fields)


def _unsendable(row: Any) -> str | None:
    """Why this mail must not go out at all."""
    if row["kind"] != RESERVATION_CONFIRMED:
        return "unknown kind of mail"
    if row["reservation_status"] is None:
        return "the reservation is gone"
    if row["reservation_status"] == "CANCELLED":
        return "the reservation was cancelled before the mail went out"
    return None
