"""Text messages about visits: queues a confirmation and a reminder for customers who left a phone number, where the venue sends them.

They are queued by a job, so that a booking costs nothing for them. The job rests in the venue's quiet hours, and a message is dropped if it
is not sent before the next ones.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.observability import telemetry
from hub.rules.quiet_hours import TextingTime, texting_time
from hub.rules.reminder_time import due_reminder
from hub.services import Services

TEXTS = load("messaging/visit_texts")
AT_ONCE = 200
"""Parties of one transaction."""


async def send_texts(services: Services) -> int:
    """Queue the text messages that are due, and return how many. Several processes may run it at once."""
    now = services.clock.now()
    written = 0
    for venue in await services.database.jobs.fetch(TEXTS.texting_venues):
        when = texting_time(now, ZoneInfo(venue["timezone"]), venue["text_quiet_hours"])
        if when is None:
            continue
        if venue["text_messages"] in ("confirmations", "both"):
            written += await _confirm(services, venue, when, now)
        if venue["text_messages"] in ("reminders", "both"):
            written += await _remind(services, venue, when, now)
    if written:
        telemetry.event(telemetry.VISIT_TEXTS_WRITTEN, texts=written)
    return written


async def _confirm(services: Services, venue: Any, when: TextingTime, now: datetime) -> int:
    async def find() -> list[Any]:
        return await services.database.jobs.fetch(
            TEXTS.parties_to_confirm, venue["org_id"], venue["id"], when.since, now, AT_ONCE
        )

    return await _queue(services, venue["org_id"], "confirmation", find, until=when.until)


async def _remind(services: Services, venue: Any, when: TextingTime, now: datetime) -> int:
    """Queue the reminders of a venue. A visit has one, with the first of its e-mails that falls outside of the quiet hours."""
    org_id, written = venue["org_id"], 0
    longest = max(venue["reminder_hours"], default=0)
    for slot in await services.database.jobs.fetch(TEXTS.slots_ahead, org_id, venue["id"], now, longest):
        due = due_reminder(slot["starts_at"], venue["reminder_hours"], now)
        if due is None:
            continue
        slot_id, since = slot["id"], due.since

        async def find(slot_id: int = slot_id, since: datetime = since) -> list[Any]:
            return await services.database.jobs.fetch(TEXTS.parties_to_remind, org_id, slot_id, since, AT_ONCE)

        until = due.until if when.until is None else min(due.until, when.until)
        written += await _queue(services, org_id, "reminder", find, until=until, hours=due.hours, slot_id=slot_id)
    return written


async def _queue(
    services: Services, org_id: int, kind: Literal["confirmation", "reminder"], find: Callable[[], Awaitable[list[Any]]], *,
    until: datetime | None, hours: int | None = None, slot_id: int | None = None,
) -> int:  # fmt: skip
    written = 0
    while True:
        parties = [row["manage_token_hash"] for row in await find()]
        if not parties:
            return written
        tokens = [secret_token() for _ in parties]
        texts = await services.database.jobs.fetch(
            TEXTS.queue_texts, org_id, kind, parties, tokens, [token_hash(token) for token in tokens], services.clock.now(), until,
            hours, slot_id,
        )  # fmt: skip
        written += len(texts)
        if len(parties) < AT_ONCE:
            return written
