"""Expiry of requests for seats: ends those whose link is too old, and forgets old idempotency keys.

No confirmation depends on it: a link is too old from the moment of its `expires_at`, whether or not this has run.
"""

from datetime import timedelta

from db.statements import load
from hub.observability import telemetry
from hub.services import Services

BOOKINGS = load("shows/bookings")
BATCH = 500
KEYS_KEPT = timedelta(hours=24)


async def expire_bookings(services: Services) -> int:
    """End every request that is due, `BATCH` in a statement. Return how many were ended by this call.

    Several processes may run it at once: a request that is locked by a confirmation is decided after it.
    """
    now = services.clock.now()
    ended = 0
    while True:
        due = await services.database.jobs.fetch(BOOKINGS.due_to_expire, now, BATCH)
        if due:
            rows = await services.database.jobs.fetch(
                BOOKINGS.expire_requests, [row["org_id"] for row in due], [row["id"] for row in due], now
            )
            ended += len(rows)
        if len(due) < BATCH or not rows:
            break
    await services.database.jobs.execute(BOOKINGS.forget_keys, now - KEYS_KEPT)
    if ended:
        telemetry.event(telemetry.BOOKINGS_EXPIRED, level="INFO", bookings=ended)
    return ended
