"""The revocation job of each process that serves: reads ended sessions and changed scanners, in case an announcement was lost.

What has expired is deleted by another job, once for the hub.

Sessions of people who were disabled by SQL alone have no announcement. This job ends them as well.
"""

from __future__ import annotations

from datetime import timedelta

from db.statements import load
from hub.actions.messaging.gate_messages import drop_old_messages
from hub.actions.messaging.notices import drop_old_notices
from hub.actions.staff.sign_in_attempts import LOCKS_KEPT
from hub.services import Services

SESSIONS = load("staff/sessions")
SIGN_IN = load("staff/sign_in")
LINKS = load("staff/links")

EVERY = 12.0
"""Seconds between two runs. With their jitter, access that was taken away has ended within 15 seconds in every process."""
KEEP_LINKS = timedelta(days=30)
"""Time for which an invitation that has expired still says so."""


async def refresh_revocations(services: Services) -> None:
    """End the sessions of disabled people, and read ended sessions and changed scanners."""
    await services.database.execute(SESSIONS.end_sessions_of_disabled, services.clock.now())
    await services.sessions.refresh()
    await services.scanners.refresh()


async def drop_ended_access(services: Services) -> None:
    """Delete what has expired: revocations, sessions, links, sign-in attempts and old notices."""
    now = services.clock.now()
    await services.database.execute(SESSIONS.drop_run_out, now)
    await services.database.execute(SESSIONS.drop_expired_sessions, now)
    await services.database.execute(LINKS.drop_old_links, now - KEEP_LINKS)
    await services.database.execute(SIGN_IN.drop_run_out_attempts, now, now - LOCKS_KEPT)
    await drop_old_notices(services)
    await drop_old_messages(services)
