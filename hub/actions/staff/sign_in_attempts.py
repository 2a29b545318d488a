"""Failures of a sign-in: every attempt is counted before the secret is compared, and names are locked for longer each time."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

from db.statements import load
from hub.observability.telemetry import LOCKED_AGAIN, event, name_locked_again
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

FAILURES = 5
LOCK = timedelta(minutes=15)
"""Time within which failures add up, and for which a name is locked after the last one. Every further lock is twice as long."""
LONGEST_LOCK = timedelta(hours=2)
LOCKS_KEPT = timedelta(days=1)
"""Time without an attempt after which earlier locks are forgotten. A right secret forgets them at once."""
ALARMING_LOCKS = 3
"""Locks in a row, some fifteen wrong secrets, from which on an alert is raised. Whoever has forgotten theirs asks before."""

SIGN_IN = load("staff/sign_in")


def bucket_of(name: str, count_of: str, device: str | None) -> str:
    """Return the key under which the failures of a name in an organisation, on a known device or on all others, are counted."""
    return hashlib.sha256(f"{name}\n{count_of}\n{device or 'unknown'}".encode()).hexdigest()


async def count_attempt(services: Services, bucket: str) -> None:
    """Count this attempt, or refuse it with LOCKED_OUT."""
    patience = 3
    while True:
        now = services.clock.now()
        row: Any = await services.database.fetchrow(
            SIGN_IN.count_attempt, bucket, now, LOCK, FAILURES, LONGEST_LOCK, LOCKS_KEPT
        )
        if row["failures"] <= FAILURES:
            return
        if row["locked_until"] is not None or patience == 0:
            break
        # Five attempts may be in progress in other processes without five failures. Honest ones end within milliseconds.
        patience -= 1
        await asyncio.sleep(0.25)
    until = row["locked_until"] or row["window_ends"]
    raise Refused(Reason.LOCKED_OUT, retry_after=max(1, int((until - now).total_seconds() + 0.999)))


async def lock_out(services: Services, bucket: str, org_id: int | None, venue_id: int) -> None:
    """Lock the bucket if this failure was its last, and tell the alerts of these if it was locked again and again."""
    locks = await services.database.fetchval(
        SIGN_IN.lock_out, bucket, services.clock.now(), FAILURES, LOCK, LONGEST_LOCK
    )
    if locks is not None and locks >= ALARMING_LOCKS:
        event(LOCKED_AGAIN, "WARNING", locks=locks, org_id=org_id)
        name_locked_again(org_id, venue_id)


async def settle_refusal(
    services: Services, bucket: str, refusal: Refused, org_id: int | None, venue_id: int = 0
) -> None:
    """Count a wrong code or password as a failure. Any other refusal followed a right one, so its attempt is not counted.

    `org_id` and `venue_id` are those whose alerts tell of locks.
    """
    if refusal.reason in (Reason.SECOND_FACTOR_WRONG, Reason.INVALID_CREDENTIALS):
        await lock_out(services, bucket, org_id, venue_id)
    else:
        await services.database.execute(SIGN_IN.forgive_attempt, bucket)


async def forget_locks(connection: Any, org_id: int, username: str) -> None:
    """Forget the failures of a name on unknown devices, because its owner has a new secret."""
    await connection.execute(SIGN_IN.clear_attempts, bucket_of(username.lower(), str(org_id), None))
