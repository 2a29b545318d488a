"""The sessions that began with a password, which end when their owners may no longer use one."""

from typing import Any

from db.statements import load
from hub.access.roles import Role, at_least
from hub.events.announcements import SessionRevoked
from hub.rules.second_factor import PasswordUse, may_use_password

SESSIONS = load("staff/sessions")


async def end_password_sessions(
    connection: Any, org_id: int, use: PasswordUse, *, provider_worked: bool, but: str | None = None
) -> list[SessionRevoked]:
    """End the password sessions of whoever may no longer use one, except the one with the token id `but`.

    It runs in the transaction of the change. Return what to announce after its commit.
    """
    if not provider_worked or use is PasswordUse.EVERYBODY:
        return []
    refused = [
        row["id"]
        for row in await connection.fetch(SESSIONS.hold_with_password_session, org_id)
        if not may_use_password(
            use,
            provider_worked=True,
            administrator=at_least(Role(row["role"]), Role.ADMIN),
            owner=row["role"] == Role.OWNER,
        )
    ]
    rows = await connection.fetch(SESSIONS.end_password_sessions, org_id, refused, but)
    return [SessionRevoked(org_id, row["jti"], None, None) for row in rows]
