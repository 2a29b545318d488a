"""Sessions: listed to their owner and to administrators, and ended one by one or all others at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.statements import load
from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change
from hub.actions.staff.people import read_person
from hub.events.announcements import SessionRevoked
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

SESSIONS = load("staff/sessions")
WRITE_SEEN_EVERY = 120.0
"""Seconds between two writes of when sessions were seen, so that no request and no scan writes it."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that has not ended. `is_own` says whether it is that of the request; `last_seen_at` is minutes behind."""

    session_id: int
    device: str
    client_ip: str | None
    signed_in_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    is_own: bool


async def list_sessions(services: Services, by: Actor, staff_id: int) -> tuple[OpenSession, ...]:
    """Return the sessions of a person. Refuses STAFF_NOT_FOUND and FORBIDDEN."""
    await read_person(services, by, staff_id)
    return await _sessions(services, by.org_id, staff_id, None)


async def list_own_sessions(services: Services, identity: Identity) -> tuple[OpenSession, ...]:
    return await _sessions(services, identity.org_id, identity.staff_id, identity.jti)


async def end_session(services: Services, by: Actor, staff_id: int, session_id: int) -> None:
    """End one session of a person in all processes. Refuses STAFF_NOT_FOUND, FORBIDDEN and SESSION_NOT_FOUND."""
    await read_person(services, by, staff_id)
    await _end(services, by, staff_id, session_id)


async def end_own_session(
    services: Services, identity: Identity, session_id: int, *, client_ip: str | None = None
) -> None:
    """End one of one's own sessions. Refuses SESSION_NOT_FOUND."""
    await _end(services, Actor.of(identity, client_ip=client_ip), identity.staff_id, session_id)


async def end_own_other_sessions(services: Services, identity: Identity, *, client_ip: str | None = None) -> int:
    """End all of one's own sessions but this one; return how many they were."""
    async with change(services) as connection:
        ended = await end_sessions_but(connection, identity)
        if ended:
            by = Actor.of(identity, client_ip=client_ip)
            after = {"sessions": len(ended)}
            await record_change(
                connection, services, by, AuditAction.STAFF_SESSION_ENDED, identity.staff_id, after=after
            )
    services.announcer.publish([SessionRevoked(identity.org_id, jti, None, None) for jti in ended])
    return len(ended)


async def end_sessions_but(connection: Any, identity: Identity) -> list[str]:
    """End all sessions of a person but this one, in a transaction. Return the ids of their tokens, to be announced."""
    rows = await connection.fetch(SESSIONS.take_other_sessions, identity.org_id, identity.staff_id, identity.jti)
    for row in rows:
        await connection.execute(SESSIONS.end_session, identity.org_id, row["jti"], row["expires_at"])
    return [row["jti"] for row in rows]


async def write_seen(services: Services, connected: Iterable[Identity]) -> None:
    """Write when the sessions that were used since the last time were seen; those of open sockets are seen now."""
    now = services.clock.now()
    seen = services.sessions.take_seen() | {(identity.org_id, identity.jti): now for identity in connected}
    if seen:
        keys = sorted(seen)
        await services.database.execute(
            SESSIONS.note_seen, [org_id for org_id, _ in keys], [jti for _, jti in keys], [seen[key] for key in keys]
        )


async def _end(services: Services, by: Actor, staff_id: int, session_id: int) -> None:
    async with change(services) as connection:
        row = await connection.fetchrow(SESSIONS.take_session, by.org_id, staff_id, session_id)
        if row is None:
            raise Refused(Reason.SESSION_NOT_FOUND)
        await connection.execute(SESSIONS.end_session, by.org_id, row["jti"], row["expires_at"])
        await record_change(connection, services, by, AuditAction.STAFF_SESSION_ENDED, staff_id)
    services.announcer.publish([SessionRevoked(by.org_id, row["jti"], None, None)])


async def _sessions(services: Services, org_id: int, staff_id: int, own: str | None) -> tuple[OpenSession, ...]:
    rows = await services.database.fetch(SESSIONS.list_sessions, org_id, staff_id, services.clock.now())
    return tuple(
        OpenSession(
            row["id"], row["device"], row["client_ip"], row["issued_at"], row["last_seen_at"], row["expires_at"],
            row["jti"] == own,
        )
        for row in rows
    )  # fmt: skip
