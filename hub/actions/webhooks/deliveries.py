"""What was delivered to a subscription: its requests with their answers, a test, and a replay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND, change, record_change
from hub.actions.webhooks.secrets import open_secrets, seal_of
from hub.actions.webhooks.subscriptions import read_webhook
from hub.confirmation.webhook_carrier import Answer, WebhookCarrier
from hub.confirmation.webhook_message import Named, body_of_test, headers_of
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.webhook_events import TEST_EVENT
from hub.services import Services
from hub.text.languages import N_

WEBHOOKS = load("webhooks/subscriptions")
DELIVERIES = load("webhooks/deliveries")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request, newest first in a list. It was taken if `error` is None. `sequences` is empty for a test."""

    delivery_id: int
    event_id: UUID
    kind: str
    sequences: tuple[int, ...]
    attempt: int
    sent_at: datetime
    milliseconds: int
    request: str | None
    status: int | None
    answer: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """One page. `next` is the `before` of the following page; None at the end."""

    deliveries: tuple[Delivery, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay hands out again: the number it begins at, the newest number, and how many events these are."""

    from_sequence: int
    last_sequence: int
    events: int


async def list_deliveries(
    services: Services, by: Actor, webhook_id: int, *, failed: bool = False, before: int | None = None, limit: int = 50
) -> DeliveryPage:
    """Return the requests of the last days, or only those that `failed`. Refuses WEBHOOK_NOT_FOUND."""
    await read_webhook(services, by, webhook_id)
    rows = await services.database.fetch(
        DELIVERIES.list_deliveries, by.org_id, webhook_id, before or BEYOND, limit + 1, failed
    )
    found = tuple(Delivery(**{**dict(row), "sequences": tuple(row["sequences"])}) for row in rows[:limit])
    return DeliveryPage(found, found[-1].delivery_id if len(rows) > limit else None)


async def send_test(services: Services, by: Actor, webhook_id: int) -> Answer:
    """Send a test event now, and return the answer. It is one of the requests in the list. Refuses WEBHOOK_NOT_FOUND."""
    webhook = await read_webhook(services, by, webhook_id)
    refuse_other_venue(by, webhook.venue_id)
    row = await services.database.fetchrow(WEBHOOKS.read_secrets, by.org_id, webhook_id)
    if row is None:
        raise Refused(Reason.WEBHOOK_NOT_FOUND)
    now, event_id = services.clock.now(), uuid4()
    secrets = open_secrets(seal_of(services.settings), by.org_id, webhook_id, row, now)
    body = body_of_test(by.org_id, str(event_id), now)
    carrier = WebhookCarrier(services.settings.webhook_networks)
    try:
        answer = await carrier.post(
            row["url"], headers_of(Named(TEST_EVENT, str(event_id), ()), secrets, now, body), body
        )
    finally:
        await carrier.rest()
    async with change(services) as connection:
        await connection.execute(
            DELIVERIES.log_deliveries, by.org_id, webhook_id, [event_id], [TEST_EVENT], [""], [1], [now], [answer.milliseconds],
            [body.decode()], [answer.status], [answer.text], [answer.error],
        )  # fmt: skip
        await record_change(
            connection, services, by, AuditAction.WEBHOOK_TESTED, webhook_id, venue_id=webhook.venue_id,
            after={"status": answer.status, "error": answer.error},
        )  # fmt: skip
    return answer


async def replay_webhook(
    services: Services, by: Actor, webhook_id: int, from_sequence: int, *, dry_run: bool = False
) -> Replay:
    """Hand out every event from a number on again, in order, given up ones included.

    Refuses WEBHOOK_NOT_FOUND, FORBIDDEN outside of the scope, and INVALID_REQUEST for a number that is no longer or not yet in the log.
    """
    webhook = await read_webhook(services, by, webhook_id)
    refuse_other_venue(by, webhook.venue_id)
    async with change(services, dry_run=dry_run) as connection:
        row: Any = await connection.fetchrow(WEBHOOKS.lock_to_replay, by.org_id, webhook_id)
        if row is None:
            raise Refused(Reason.WEBHOOK_NOT_FOUND)
        if row["first"] is None or not row["first"] <= from_sequence <= row["last"]:
            raise Refused(
                Reason.INVALID_REQUEST, first=row["first"], last=row["last"],
                errors=[{"field": "from", "message": N_("The log has no event with this number")}],
            )  # fmt: skip
        events = await connection.fetchval(WEBHOOKS.count_wanted, by.org_id, webhook_id, from_sequence)
        await connection.execute(WEBHOOKS.replay, by.org_id, webhook_id, from_sequence)
        await record_change(
            connection, services, by, AuditAction.WEBHOOK_REPLAYED, webhook_id, venue_id=webhook.venue_id,
            after={"from": from_sequence, "events": events},
        )  # fmt: skip
    return Replay(from_sequence, row["last"], events)
