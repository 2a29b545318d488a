"""The organiser's own message to everybody of a slot or performance: once to each address, queued in batches that a crash interrupts.

The message is a row of its own. Each batch holds that row, and queues the e-mails of the next addresses in one transaction. Whoever runs
them next goes on with the addresses that are left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from db.pool import DatabaseDown
from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND, change, record_change, refuse_fields
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import LONGEST_MESSAGE, clean_text
from hub.services import Services

MESSAGES = load("messaging/slot_messages")
AT_ONCE = 200
"""E-mails of one batch."""
MOST_BATCHES = 10
"""Batches that one request waits for. A job queues the others."""


@dataclass(frozen=True, slots=True)
class MessageSlot:
    """The slot or performance that a message is for."""

    slot_id: int
    venue_id: int
    venue: str
    timezone: str
    date: date
    start_time: time
    end_time: time
    ends_at: datetime
    whole_day: bool
    show_id: int | None
    title: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class MessageReach:
    """Whom a message reaches: addresses, the people these come for, and addresses by language. `unreached` people left no address."""

    addresses: int
    people: int
    unreached: int
    languages: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SlotMessage:
    """A message and its e-mails: `queued` so far, of which `sent`, `failed` (given up) and `dropped` (no longer needed).

    `finished_at` is None while more are being queued.
    """

    message_id: int
    slot_id: int
    message: str
    staff_id: int | None
    created_at: datetime
    finished_at: datetime | None
    queued: int
    sent: int
    failed: int
    dropped: int

    @property
    def waiting(self) -> int:
        return self.queued - self.sent - self.failed - self.dropped


async def read_message_slot(services: Services, by: Actor, slot_id: int) -> MessageSlot:
    """Return the slot of a message. Refuses SLOT_NOT_FOUND."""
    row = await services.database.fetchrow(MESSAGES.message_slot, by.org_id, slot_id)
    if row is None:
        raise Refused(Reason.SLOT_NOT_FOUND)
    refuse_other_venue(by, row["venue_id"])
    return MessageSlot(*row)


async def read_reach(services: Services, by: Actor, slot_id: int) -> MessageReach:
    """Return whom a message to this slot would reach."""
    rows = await services.database.records.fetch(MESSAGES.preview, by.org_id, slot_id)
    languages = tuple((row["language"], row["addresses"]) for row in rows if row["addresses"])
    return MessageReach(
        sum(count for _, count in languages),
        sum(row["people"] or 0 for row in rows),
        sum(row["unreached"] for row in rows),
        languages,
    )


async def message_slot(
    services: Services, by: Actor, slot_id: int, message: str, key: UUID, *, dry_run: bool = False
) -> SlotMessage:
    """Send these words to every address of a slot, once each. A repeat with the same `key` is the same message, and goes on with it.

    Refuses SLOT_NOT_FOUND, SLOT_PAST or PERFORMANCE_OVER, INVALID_REQUEST for words that are missing or too long, NOBODY_TO_WRITE_TO, and
    IDEMPOTENCY_KEY_REUSED for other words with the same key.
    """
    text = _checked(message)
    slot = await read_message_slot(services, by, slot_id)
    now = services.clock.now()
    first = await services.database.fetchrow(MESSAGES.message_of_key, by.org_id, slot_id, key)
    if first is None:
        if slot.ends_at <= now:
            raise Refused(Reason.SLOT_PAST if slot.show_id is None else Reason.PERFORMANCE_OVER, ends_at=slot.ends_at)
        reach = await read_reach(services, by, slot_id)
        if not reach.addresses:
            raise Refused(Reason.NOBODY_TO_WRITE_TO)
        if dry_run:
            return SlotMessage(0, slot_id, text, by.staff_id, now, None, reach.addresses, 0, 0, 0)
        async with change(services) as connection:
            message_id = await connection.fetchval(
                MESSAGES.add_message, by.org_id, slot_id, key, text, by.staff_id, now
            )
            if message_id is not None:
                await record_change(
                    connection, services, by, AuditAction.SLOT_MESSAGED, slot_id, venue_id=slot.venue_id,
                    after={"addresses": reach.addresses, "date": slot.date, "start_time": slot.start_time},
                )  # fmt: skip
        if message_id is not None:
            telemetry.event(telemetry.SLOT_MESSAGED, slot_id=slot_id, addresses=reach.addresses, staff_id=by.staff_id)
        first = await services.database.fetchrow(MESSAGES.message_of_key, by.org_id, slot_id, key)
    if first["message"] != text:
        raise Refused(Reason.IDEMPOTENCY_KEY_REUSED)
    if not dry_run:
        await queue_message(services, by.org_id, first["id"])
    return await read_message(services, by, first["id"])


async def queue_message(services: Services, org_id: int, message_id: int, *, most_batches: int = MOST_BATCHES) -> int:
    """Queue the e-mails that are left of a message, `AT_ONCE` in each transaction. Return how many were queued.

    It may run at any time and in several processes.
    """
    queued = 0
    for _ in range(most_batches):
        async with services.database.transaction() as connection:
            message = await connection.fetchrow(MESSAGES.lock_message, org_id, message_id)
            if message is None:
                break
            rows = await connection.fetch(MESSAGES.next_recipients, org_id, message["slot_id"], message_id, AT_ONCE)
            tokens = [secret_token() for _ in rows]
            now = services.clock.now()
            queued += await connection.fetchval(
                MESSAGES.queue_batch, org_id, message_id, [row["id"] for row in rows], tokens, [token_hash(token) for token in tokens],
                message["message"], now,
            )  # fmt: skip
            if len(rows) < AT_ONCE:
                await connection.execute(MESSAGES.finish_message, org_id, message_id, now)
                break
    if queued:
        telemetry.event(telemetry.SLOT_MESSAGE_QUEUED, message_id=message_id, emails=queued)
    return queued


async def finish_messages(services: Services) -> int:
    """Queue what is left of every message. One that cannot be finished now does not keep the others waiting."""
    finished = 0
    problem: DatabaseDown | None = None
    for row in await services.database.jobs.fetch(MESSAGES.unfinished):
        try:
            finished += await queue_message(services, row["org_id"], row["id"])
        except DatabaseDown as busy:  # a lock was not free in time
            problem = problem or busy
    if problem is not None:
        raise problem
    return finished


async def read_message(services: Services, by: Actor, message_id: int) -> SlotMessage:
    """Return a message with what has become of its e-mails. Refuses NOT_FOUND."""
    row = await services.database.records.fetchrow(MESSAGES.progress, by.org_id, message_id)
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    await read_message_slot(services, by, row["slot_id"])
    return SlotMessage(*row)


async def messages_of_slot(
    services: Services, by: Actor, slot_id: int, *, before: int | None = None, limit: int = 50
) -> tuple[list[SlotMessage], int | None]:
    """Return the messages to a slot, newest first, and the `before` of the next page."""
    rows = await services.database.records.fetch(
        MESSAGES.messages_of_slot, by.org_id, slot_id, limit + 1, before or BEYOND
    )
    found = [SlotMessage(*row) for row in rows[:limit]]
    return found, found[-1].message_id if len(rows) > limit else None


def _checked(message: str) -> str:
    try:
        text = clean_text(message, LONGEST_MESSAGE)
    except ValueError as wrong:
        refuse_fields({"message": str(wrong)})
        raise
    if not text:
        refuse_fields({"message": "Must not be blank"})
    return text
