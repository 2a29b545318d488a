"""Reminders of tickets without a reservation: one e-mail to each buyer, the venue's number of days after the payment.

A venue goes through its orders in the order of their payment, and stores how far it has come in the transaction that queues the e-mails.
So each order comes once, whatever process is killed and whatever the policy is changed to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from db.statements import load
from hub.observability import telemetry
from hub.services import Services

REMINDERS = load("messaging/ticket_reminders")
ORDERS_AT_ONCE, PEOPLE_AT_ONCE = 100, 1000
"""Orders and people of one transaction. The tickets of one import share an order, which can have 100,000 addresses."""
LATEST = timedelta(days=7)
"""Orders that are due for longer are not reminded any more: the hub was down, or the venue sent no reminders then."""
_ALL = 2**62
"""An id above all others."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The last order that is done, and in it the last person, by the first of their tickets."""

    paid_until: datetime
    order_id: int
    ticket_id: int


async def remind_of_tickets(services: Services) -> int:
    """Queue the reminders that are due, and return how many. Several processes may run it at once."""
    now = services.clock.now()
    written = 0
    for venue in await services.database.jobs.fetch(REMINDERS.venues_that_remind, now):
        until = now - timedelta(days=venue["days"])
        await services.database.jobs.execute(REMINDERS.begin, venue["org_id"], venue["id"], until)
        more = True
        while more:
            mails, more = await _remind(services, venue, until, now)
            written += mails
    if written:
        telemetry.event(telemetry.TICKET_REMINDERS_WRITTEN, mails=written)
    return written


async def _remind(services: Services, venue: Any, until: datetime, now: datetime) -> tuple[int, bool]:
    """Queue the next reminders of a venue. Return how many, and whether there may be more."""
    org_id, venue_id = venue["org_id"], venue["id"]
    async with services.database.jobs.transaction() as connection:
        row = await connection.fetchrow(REMINDERS.take_turn, org_id, venue_id)
        if row is None or row["paid_until"] >= until:
            return 0, False
        done = Progress(**row)
        if done.paid_until < until - LATEST:
            done = Progress(until - LATEST, 0, 0)
        batch = await connection.fetchrow(
            REMINDERS.queue_reminders, org_id, venue_id, venue["is_first"], done.paid_until, done.order_id, done.ticket_id, until,
            ORDERS_AT_ONCE, PEOPLE_AT_ONCE, now, venue["language"],
        )  # fmt: skip
        come, more = _progress_after(batch, until)
        await connection.execute(REMINDERS.come_to, org_id, venue_id, come.paid_until, come.order_id, come.ticket_id)
    return batch["mails"], more


def _progress_after(batch: Any, until: datetime) -> tuple[Progress, bool]:
    """Return how far a batch came, and whether it was cut off."""
    if batch["people"] == PEOPLE_AT_ONCE:
        return Progress(batch["person_paid_at"], batch["person_order_id"], batch["first_id"]), True
    if batch["orders"] == ORDERS_AT_ONCE:
        return Progress(batch["order_paid_at"], batch["order_id"], _ALL), True
    return Progress(until, _ALL, _ALL), False
