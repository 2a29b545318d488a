"""Reminders: writes an outbox row for each party, slot and reminder time that is due."""

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.observability import telemetry
from hub.rules.reminder_time import DueReminder, due_reminder
from hub.services import Services

REMINDERS = load("messaging/reminders")
AT_ONCE = 200
"""Parties reminded in one transaction."""
READ_AT_ONCE = 50 * AT_ONCE
"""Parties read with one look at a slot. Each look reads all reservations of it, so there are few."""


async def send_reminders(services: Services) -> int:
    """Write the outbox row of every due reminder, and return how many. Several processes may run it at once."""
    now = services.clock.now()
    written = 0
    for row in await services.database.fetch(REMINDERS.slots_ahead, now):
        due = due_reminder(row["starts_at"], row["reminder_hours"], now)
        if due is not None:
            written += await _remind(services, row["org_id"], row["id"], due)
    if written:
        telemetry.event(telemetry.REMINDERS_WRITTEN, mails=written)
    return written


async def _remind(services: Services, org_id: int, slot_id: int, due: DueReminder) -> int:
    written = 0
    while True:
        parties = [row["manage_token_hash"] for row in await services.database.fetch(
            REMINDERS.parties_to_remind, org_id, slot_id, due.hours, due.since, READ_AT_ONCE
        )]  # fmt: skip
        for at in range(0, len(parties), AT_ONCE):
            written += await _remind_batch(services, org_id, slot_id, due, parties[at : at + AT_ONCE])
        if len(parties) < READ_AT_ONCE:
            return written


async def _remind_batch(services: Services, org_id: int, slot_id: int, due: DueReminder, parties: list[bytes]) -> int:
    """Write the reminders of these parties in one transaction, and return how many. Whoever has had one meanwhile is skipped."""
    tokens = [secret_token() for _ in parties]
    mails = await services.database.fetch(
        REMINDERS.remind, org_id, slot_id, due.hours, parties, tokens, [token_hash(token) for token in tokens],
        services.clock.now(), due.since, due.until,
    )  # fmt: skip
    return len(mails)
