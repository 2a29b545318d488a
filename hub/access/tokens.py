"""Session tokens: signed tokens that say who signed in, verified without a query."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import NoneType
from typing import Any

from db.database import Database
from db.statements import load
from hub.access.devices import Devices
from hub.access.revocations import OnEnd, Revocations
from hub.access.roles import Role
from hub.access.signing import LARGEST, Signer
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
LONGEST_NAME, SHORT_NAME = 80, 20
"""Characters of the name in a token; the second where the first makes it too long for its scope."""

_SESSIONS = load("staff/sessions")


@dataclass(frozen=True, slots=True)
class Staff:
    """The staff member that a session is issued to. `venue_id` is 0 if the organisation has no venue yet.

    `venue_ids` and `gates` are the scope; empty: no limit. `until` is when the right ends, such as the end of a shift.
    `scanner_id` is set for a kiosk, whose session is its own and of no person (hub/actions/staff/enrol_scanner.py).
    """

    staff_id: int
    org_id: int
    venue_id: int
    name: str
    role: Role
    venue_ids: tuple[int, ...] = ()
    gates: tuple[str, ...] = ()
    until: datetime | None = None
    scanner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """The staff member of a session, as read from its token. `jti` is the session's id.

    `venue_ids` and `gates` are the scope; empty: no limit. With `has_hours` the right has an end, such as that of a shift, and
    with `ends_with_shift` the session expires because of it.
    `scanner_id` is set for a kiosk: the session is good only together with the token of this scanner. `api_key_id` is set for a
    shop or another system with an API key, which has no session and is no person: `staff_id` is then 0.
    """

    staff_id: int
    org_id: int
    venue_id: int
    name: str
    role: Role
    jti: str
    expires_at: datetime
    venue_ids: tuple[int, ...] = ()
    gates: tuple[str, ...] = ()
    has_hours: bool = False
    ends_with_shift: bool = False
    signed_in_at: datetime | None = None
    scanner_id: int | None = None
    api_key_id: int | None = None

    @property
    def issued_at(self) -> datetime:
        """Return when the session was issued. Tokens of earlier versions say it to the second only."""
        return self.signed_in_at or self.expires_at - LIFETIME


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
        self._seen: dict[tuple[int, str], datetime] = {}

    def issue(self, staff: Staff, at: datetime | None = None) -> str:
        """Return a session token, valid from `at` (default: now). It expires after `LIFETIME`, or when the right ends.

        A session that was issued before its owner's sessions are ended is ended with them. So `at` must be a moment at which
        the owner's row had the values of `staff`.
        """
        at = at or self._clock.now()
        now = int(at.timestamp())
        expires = now + int(LIFETIME.total_seconds())
        scope: dict[str, Any] = {}
        if staff.until is not None:
            ends = int(staff.until.timestamp())
            expires, scope["shift"] = min(expires, ends), int(ends <= expires)
        if staff.venue_ids:
            scope["venues"] = list(staff.venue_ids)
        if staff.gates:
            scope["gates"] = list(staff.gates)
        if staff.scanner_id is not None:
            scope["scanner"] = staff.scanner_id
        claims = {
            "sub": str(staff.staff_id), "org": staff.org_id, "venue": staff.venue_id, "role": staff.role.value,
            "jti": secrets.token_urlsafe(16), "iat": now, "nbf": now, "exp": expires, "at": int(at.timestamp() * 1000),
        }  # fmt: skip
        token = self._signer.sign({**claims, **scope, "name": staff.name[:LONGEST_NAME]})
        if len(token) > LARGEST:
            token = self._signer.sign({**claims, **scope, "name": staff.name[:SHORT_NAME]})
        return token

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
        self._seen[identity.org_id, identity.jti] = now
        return identity

    def take_seen(self) -> dict[tuple[int, str], datetime]:
        """Return when each session was read last, by organisation and jti, since this was asked before."""
        seen, self._seen = self._seen, {}
        return seen

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
    """Return the identity in the claims and its `nbf` second; None if a claim is missing or of the wrong type.

    Tokens without the claims of a scope are those of earlier versions, and of staff whose scope has no limit.
    """
    match claims:
        case {"sub": str(sub), "org": int(org), "venue": int(venue), "name": str(name), "role": str(role),
              "jti": str(jti), "iat": int(iat), "nbf": int(nbf), "exp": int(exp)}:  # fmt: skip
            if exp - iat > LIFETIME.total_seconds():
                return None
            venues, gates, at = claims.get("venues", []), claims.get("gates", []), claims.get("at", iat * 1000)
            scanner = claims.get("scanner")
            if not (
                _all_are(venues, int) and _all_are(gates, str) and type(at) is int and type(scanner) in (int, NoneType)
            ):
                return None
            try:
                return Identity(
                    int(sub), org, venue, name, Role(role), jti, datetime.fromtimestamp(exp, UTC), tuple(venues),
                    tuple(gates), "shift" in claims, claims.get("shift") == 1, datetime.fromtimestamp(at / 1000, UTC), scanner,
                ), max(iat, nbf)  # fmt: skip
            except (ValueError, OverflowError, OSError):
                return None
    return None


def _all_are(values: Any, kind: type) -> bool:
    return isinstance(values, list) and all(type(value) is kind for value in values)
