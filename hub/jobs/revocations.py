"""The revocation job: reads ended sessions and changed scanners, in case an announcement was lost, and deletes expired rows."""

from __future__ import annotations

from datetime import timedelta

from db.statements import load
from hub.actions.messaging.notices import drop_old_notices
from hub.services import Services

SESSIONS = load("staff/sessions")
SIGN_IN = load("staff/sign_in")
LINKS = load("staff/links")

KEEP_LINKS = timedelta(days=30)
"""Time for which an invitation that has expired still says so."""


async def refresh_revocations(services: Services) -> None:
    """Read the ended sessions and changed scanners, and delete expired revocations, sessions, sign-in attempts and old notices."""
    await services.sessions.refresh()
    await services.scanners.refresh()
    now = services.clock.now()
    await services.database.execute(SESSIONS.drop_run_out, now)
    await services.database.execute(SESSIONS.drop_expired_sessions, now)
    await services.database.execute(LINKS.drop_old_links, now - KEEP_LINKS)
    await services.database.execute(SIGN_IN.drop_run_out_attempts, now)
    await drop_old_notices(services)
