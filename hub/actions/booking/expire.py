"""Expiry: ends reservations of past slots and tickets past their validity, and deletes old idempotency keys and checks.

Scans do not depend on it: the entry decision goes by the time, whether or not this has run.
"""

from datetime import timedelta

from db.statements import load
from hub.actions.tickets.checked_tickets import drop_old_checks
from hub.observability.logs import event
from hub.services import Services

SLOTS = load("venues/slots")
CODES = load("booking/contact_codes")
ONE_AT_A_TIME = 7_351_001
"""Advisory lock, so that one process at a time runs the expiry. The others try again later."""


async def expire(services: Services) -> dict[str, int]:
    """Expire everything due. Return how many tickets with a reservation, other tickets, and slots were ended."""
    now = services.clock.now()
    ended = {"slots": 0, "reservations": 0, "tickets": 0}
    async with services.database.transaction() as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", ONE_AT_A_TIME):
            return ended
        due = await connection.fetch(SLOTS.due_to_expire, now)
    for org_id, slot_id in due:
        # One transaction per slot keeps locks short. Tickets are locked first, the slot last (db/schema.md).
        async with services.database.transaction() as connection:
            tickets = [row["id"] for row in await connection.fetch(SLOTS.lock_reserved_tickets, org_id, slot_id)]
            await connection.fetch(SLOTS.expire_reservations, org_id, slot_id, tickets)
            await connection.execute(SLOTS.close_expired_slot, org_id, slot_id, now)
        ended["slots"] += 1
        ended["reservations"] += len(tickets)
    ended["tickets"] = len(await services.database.fetch(SLOTS.expire_tickets, now))
    await services.database.execute(SLOTS.drop_old_keys, now)
    await services.database.execute(CODES.drop_old_codes, now - timedelta(days=1))
    await drop_old_checks(services)
    if any(ended.values()):
        event(
            "expiry.done",
            level="INFO",
            slots=ended["slots"],
            reservations=ended["reservations"],
            tickets=ended["tickets"],
        )
    return ended
