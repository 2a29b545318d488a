"""Outbox administration: lists messages, sends a stuck one again, or discards it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.contact_masking import mask_email, mask_phone
from hub.rules.outbox_admin import OVERDUE_AFTER, MailStanding, link_of, why_not_discard, why_not_retry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

OUTBOX_ADMIN = load("messaging/outbox_admin")
PAGE = 50
_BEYOND = 2**62

Wanted = Literal["stuck", "dead", "pending", "sent", "dropped"]


@dataclass(frozen=True, slots=True)
class MailRow:
    """One message as staff see it, with a masked recipient and without its content."""

    id: int
    kind: str
    channel: str
    status: str
    overdue: bool
    recipient: str
    language: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    sent_at: datetime | None
    last_error: str | None
    can_retry: bool
    can_discard: bool


@dataclass(frozen=True, slots=True)
class MailFigures:
    dead: int
    overdue: int
    waiting: int
    last_sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class MailPage:
    """One page of messages. `next` is the `before` of the following page; None at the end."""

    lines: list[MailRow]
    next: int | None
    figures: MailFigures


async def read_mail(services: Services, by: Actor, wanted: Wanted, before: int | None) -> MailPage:
    """Return the messages of an organisation, newest first. Refuses FORBIDDEN for whoever may act at some venues only."""
    refuse_other_venue(by, None)
    org_id = by.org_id
    now = services.clock.now()
    overdue_before = now - OVERDUE_AFTER
    below = before or _BEYOND
    database = services.database.jobs
    match wanted:
        case "stuck":
            rows = await database.fetch(OUTBOX_ADMIN.stuck, org_id, below, PAGE + 1, overdue_before)
        case "pending":
            rows = await database.fetch(OUTBOX_ADMIN.waiting, org_id, below, PAGE + 1, overdue_before)
        case "sent":
            rows = await database.fetch(OUTBOX_ADMIN.sent, org_id, below, PAGE + 1)
        case "dead" | "dropped":
            rows = await database.fetch(OUTBOX_ADMIN.unsent, org_id, below, PAGE + 1, wanted.upper())
    figures = await database.fetchrow(OUTBOX_ADMIN.figures, org_id, overdue_before)
    lines = [_mail_row(row, now) for row in rows[:PAGE]]
    return MailPage(lines, lines[-1].id if len(rows) > PAGE else None, MailFigures(**figures))


async def retry_mail(services: Services, mail_id: int, by: Actor) -> MailRow:
    """Send a message again now, with all its tries. If its link is no longer stored, it gets a new one to the same party.

    A request of a booking has one link that confirms it, so the new one replaces it. Refuses FORBIDDEN as `read_mail` does.
    """
    refuse_other_venue(by, None)
    now = services.clock.now()
    row = await _standing(services, mail_id, by)
    if refusal := why_not_retry(_facts(row), now):
        raise Refused(refusal)
    payload = json.loads(row["payload"])
    link = link_of(row["kind"])
    token = secret_token() if link and isinstance(payload, dict) and link not in payload else None
    async with change(services) as connection:
        done = await connection.fetchval(
            OUTBOX_ADMIN.retry, by.org_id, mail_id, now, json.dumps({link: token} if token else {}),
            token_hash(token) if token else None,
        )  # fmt: skip
        if done is not None:
            await record_change(
                connection,
                services,
                by,
                AuditAction.MAIL_RETRIED,
                mail_id,
                after={"kind": row["kind"], "new_link": token is not None},
            )
    return await _settled(services, done, mail_id, by, telemetry.MAIL_RETRIED)


async def discard_mail(services: Services, mail_id: int, by: Actor) -> MailRow:
    """Discard a message: it is never sent, and its content is deleted. Refuses FORBIDDEN as `read_mail` does."""
    refuse_other_venue(by, None)
    now = services.clock.now()
    row = await _standing(services, mail_id, by)
    if refusal := why_not_discard(_facts(row), now):
        raise Refused(refusal)
    async with change(services) as connection:
        done = await connection.fetchval(OUTBOX_ADMIN.discard, by.org_id, mail_id, now, "discarded")
        if done is not None:
            await record_change(
                connection, services, by, AuditAction.MAIL_DISCARDED, mail_id, before={"kind": row["kind"]}
            )
    return await _settled(services, done, mail_id, by, telemetry.MAIL_DISCARDED)


async def _settled(services: Services, done: int | None, mail_id: int, by: Actor, event_name: str) -> MailRow:
    """Return the message after the change. Refuses MAIL_ON_ITS_WAY if a process has claimed it meanwhile."""
    if done is None:
        raise Refused(Reason.MAIL_ON_ITS_WAY)
    row = await _standing(services, mail_id, by)
    telemetry.event(event_name, mail_id=mail_id, kind=row["kind"], staff_id=by.staff_id)
    return _mail_row(row, services.clock.now())


async def _standing(services: Services, mail_id: int, by: Actor) -> Any:
    row = await services.database.jobs.fetchrow(
        OUTBOX_ADMIN.one, by.org_id, mail_id, services.clock.now() - OVERDUE_AFTER
    )
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    return row


def _facts(row: Any) -> MailStanding:
    return MailStanding(row["kind"], row["status"], row["not_after"], row["leased_until"])


def _mask_address(url: str) -> str:
    """Return only the host of a webhook's URL, because the rest may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/***"


_MASKS: dict[str, Callable[[str], str | None]] = {"sms": mask_phone, "webhook": _mask_address}


def _mail_row(row: Any, now: datetime) -> MailRow:
    facts = _facts(row)
    mask = _MASKS.get(row["channel"], mask_email)
    return MailRow(
        id=row["id"],
        kind=row["kind"],
        channel=row["channel"],
        status=row["status"],
        overdue=row["overdue"],
        recipient=mask(row["recipient"]) or "",
        language=row["language"],
        attempts=row["attempts"],
        created_at=row["created_at"],
        next_attempt_at=row["next_attempt_at"] if row["status"] == "PENDING" else None,
        sent_at=row["sent_at"],
        last_error=row["last_error"],
        can_retry=why_not_retry(facts, now) is None,
        can_discard=why_not_discard(facts, now) is None,
    )
