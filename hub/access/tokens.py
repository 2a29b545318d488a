"""Session tokens: signed tokens that say who signed in, verified without a query."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from db.pool import Database
from db.statements import load
from hub.access.devices import Devices
from hub.access.revocations import OnEnd, Revocations
from hub.access.roles import Role
from hub.access.signing import Signer
from hub.clock import Clock
from hub.events.announcements import Announcement, SessionRevoked
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.settings import Settings

SESSION_COOKIE = "hub_session"
LIFETIME = timedelta(hours=8)
LEEWAY = 30.0
"""Seconds that the clock of another hub machine may be ahead of ours."""
MOST_REMEMBERED = 20_000

_SESSIONS = load("staff/sessions")


@dataclass(frozen=True, slots=True)
class Staff:
    """The staff member that a session is issued to. `venue_id` is 0 if the organisation has no venue yet."""

    staff_id: int
    org_id: int
    venue_id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Identity:
    """The staff member of a session, as read from its token. `jti` is the session's id."""

    staff_id: int
    org_id: int
    venue_id: int
    name: str
    role: Role
    jti: str
    expires_at: datetime

    @property
    def issued_at(self) -> datetime:
        return self.expires_at - LIFETIME


class Sessions:
    """Issues and reads session tokens, and keeps the sessions that were ended early."""

    def __init__(self, settings: Settings, clock: Clock, database: Database) -> None:
        self._signer = Signer(settings, purpose="operator", typ="op+jwt")
        self._clock = clock
        self._database = database
        self._revocations = Revocations()
        self.devices = Devices(settings, clock)
        # A scanner sends the same token with every request, so its signature is checked once and cached.
        self._read: OrderedDict[str, tuple[Identity, float]] = OrderedDict()

    def issue(self, staff: Staff) -> str:
        now = int(self._clock.now().timestamp())
        return self._signer.sign(
            {
                "sub": str(staff.staff_id),
                "org": staff.org_id,
                "venue": staff.venue_id,
                "name": staff.name[:80],
                "role": staff.role.value,
                "jti": secrets.token_urlsafe(16),
                "iat": now,
                "nbf": now,
                "exp": now + int(LIFETIME.total_seconds()),
            }
        )

    def read(self, token: str) -> Identity:
        """Return the identity in the token. Refuses UNAUTHENTICATED with the same answer whatever is wrong with it."""
        known = self._read.get(token)
        if known is None:
            claims = self._signer.open(token)
            known = _identity(claims) if claims is not None else None
            if known is None:
                raise Refused(Reason.UNAUTHENTICATED)
            if len(self._read) >= MOST_REMEMBERED:
                self._read.popitem(last=False)
            self._read[token] = known
        identity, not_before = known
        now = self._clock.now()
        if now >= identity.expires_at or now.timestamp() + LEEWAY < not_before:
            raise Refused(Reason.UNAUTHENTICATED)
        if self.has_ended(identity):
            raise Refused(Reason.UNAUTHENTICATED)
        return identity

    def has_ended(self, identity: Identity) -> bool:
        """Return whether this session was ended before its token expires."""
        return self._revocations.holds(identity.org_id, identity.jti, identity.staff_id, identity.issued_at)

    def on_end(self, callback: OnEnd) -> None:
        """Call `callback(org_id, jti | None, staff_id | None, issued_before | None)` for every session that is ended."""
        self._revocations.on_end(callback)

    def receive(self, announcement: Announcement) -> None:
        """Record a session that this process or another one has ended."""
        if isinstance(announcement, SessionRevoked):
            self._end(announcement.org_id, announcement.jti, announcement.staff_id, announcement.issued_before,
                      self._clock.now() + LIFETIME)  # fmt: skip

    async def refresh(self) -> None:
        """Read the ended sessions from Postgres, and keep those that were received meanwhile."""
        now = self._clock.now()
        rows: Sequence[Any] = await self._database.fetch(_SESSIONS.ended_sessions, now)
        for row in rows:
            self._end(row["org_id"], row["jti"], row["staff_id"], row["issued_before"], row["expires_at"])
        self._revocations.forget_run_out(now)
        for token in [token for token, known in self._read.items() if known[0].expires_at <= now]:
            del self._read[token]

    def _end(
        self, org_id: int, jti: str | None, staff_id: int | None, issued_before: datetime | None, run_out: datetime
    ) -> None:
        if jti is not None:
            self._revocations.add_session(org_id, jti, run_out)
        elif staff_id is not None and issued_before is not None:
            self._revocations.add_staff(org_id, staff_id, issued_before, run_out)


def _identity(claims: dict[str, Any]) -> tuple[Identity, float] | None:
    """Return the identity in the claims and its `nbf` second; None if a claim is missing or of the wrong type."""
    match claims:
        case {"sub": str(sub), "org": int(org), "venue": int(venue), "name": str(name), "role": str(role),
              "jti": str(jti), "iat": int(iat), "nbf": int(nbf), "exp": int(exp)}:  # fmt: skip
            if exp - iat > LIFETIME.total_seconds():
                return None
            try:
                expires_at = datetime.fromtimestamp(exp, UTC)
                return Identity(int(sub), org, venue, name, Role(role), jti, expires_at), max(iat, nbf)
            except (ValueError, OverflowError, OSError):
                return None
    return None
