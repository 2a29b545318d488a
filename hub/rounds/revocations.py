"""The revocations round: hears of ended sessions whose announcement was lost, and clears away what has run out."""

from __future__ import annotations

from db.statements import load
from hub.actions.notices import drop_old_notices
from hub.house import House

SESSIONS = load("sessions")
SIGN_IN = load("sign_in")


async def refresh_revocations(house: House) -> None:
    await house.sessions.refresh()
    now = house.clock.now()
    await house.database.execute(SESSIONS.drop_run_out, now)
    await house.database.execute(SIGN_IN.drop_run_out_attempts, now)
    await drop_old_notices(house)
