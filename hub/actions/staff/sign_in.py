"""Sign-in and sign-out: a secret is compared with its hash, and every attempt is counted before that."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from db.statements import load
from hub.access.roles import Role
from hub.access.tokens import Identity, Staff
from hub.events.announcements import SessionRevoked
from hub.observability.telemetry import LOCKED_OUT, SIGN_IN_FAILED, SIGNED_IN, SIGNED_OUT, event, login_failed
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

FAILURES = 5
LOCK = timedelta(minutes=15)
"""Time within which failures add up, and for which a name is locked after the last one."""
LONGEST_USERNAME = 200

SIGN_IN = load("staff/sign_in")
SESSIONS = load("staff/sessions")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The new session. The client keeps `device_cookie` and sends it with its next sign-in."""

    token: str
    identity: Identity
    device_cookie: str

    @property
    def expires_at(self) -> datetime:
        return self.identity.expires_at


async def sign_in(
    services: Services,
    *,
    username: str,
    password: str | None = None,
    pin: str | None = None,
    device_cookie: str | None = None,
    client_ip: str | None = None,
    orq: int | None = None,
) -> SignedIn:
    """Sign in by password or PIN.

    Refuses INVALID_CREDENTIALS alike for an unknown name and a wrong secret. Refuses LOCKED_OUT(retry_after) after five
    failures of this name on this device, even with the right secret. A known device has its own count, and all devices where
    the name never signed in share one. `orq` is the organisation that the request names, if any: its alerts count unknown names.
    """
    name = username.strip().lower()
    secret = password if password is not None else pin
    if not secret or not 0 < len(name) <= LONGEST_USERNAME or "\x00" in name or not _encodable(name):
        raise Refused(Reason.INVALID_CREDENTIALS)
    device = services.sessions.devices.known_to(device_cookie, name)
    bucket = hashlib.sha256(f"{name}\n{device or 'unknown'}".encode()).hexdigest()
    async with services.passwords.turn(bucket):
        try:
            await _count(services, bucket)
        except Refused:
            row = await services.database.fetchrow(SIGN_IN.find_staff, name)
            login_failed("locked_out", *await _held_against(services, row, orq))
            event(LOCKED_OUT, "WARNING", client_ip=client_ip)
            raise
        row = await services.database.fetchrow(SIGN_IN.find_staff, name)
        stored = None if row is None else row["password_hash" if password is not None else "pin_hash"]
        if not await services.passwords.verify(stored, secret):
            await services.database.execute(SIGN_IN.lock_out, bucket, services.clock.now() + LOCK, FAILURES)
            login_failed("invalid_credentials", *await _held_against(services, row, orq))
            event(SIGN_IN_FAILED, "WARNING", known_device=device is not None, client_ip=client_ip)
            raise Refused(Reason.INVALID_CREDENTIALS)
        await services.database.execute(SIGN_IN.clear_attempts, bucket)
    staff = Staff(row["id"], row["org_id"], row["venue_id"], row["name"], Role(row["role"]))
    token = services.sessions.issue(staff)
    event(SIGNED_IN, org_id=staff.org_id, staff_id=staff.staff_id, known_device=device is not None)
    return SignedIn(token, services.sessions.read(token), services.sessions.devices.remember(device_cookie, name))


async def sign_out(services: Services, identity: Identity) -> None:
    """End this session in all processes: its token is refused and its sockets close."""
    await services.database.execute(SESSIONS.end_session, identity.org_id, identity.jti, identity.expires_at)
    services.announcer.publish([SessionRevoked(identity.org_id, identity.jti, None, None)])
    event(SIGNED_OUT, org_id=identity.org_id, staff_id=identity.staff_id)


async def _held_against(services: Services, staff: Any, orq: int | None) -> tuple[int | None, int]:
    """Return the organisation and venue (0: no venue) whose alerts count a refusal.

    If the name exists, these are the staff member's. Else it is the organisation named in the request, else the only one, and
    None if there are several.
    """
    if staff is not None:
        return staff["org_id"], staff["own_venue_id"]
    if orq is not None and orq in await services.venues.organisations():
        return orq, 0
    return await services.venues.only_organisation(), 0


async def _count(services: Services, bucket: str) -> None:
    """Count this attempt, or refuse it with LOCKED_OUT."""
    patience = 3
    while True:
        now = services.clock.now()
        row: Any = await services.database.fetchrow(SIGN_IN.count_attempt, bucket, now, now + LOCK, FAILURES)
        if row["failures"] <= FAILURES:
            return
        if row["locked_until"] is not None or patience == 0:
            break
        # Five attempts may be in progress in other processes without five failures. Honest ones end within milliseconds.
        patience -= 1
        await asyncio.sleep(0.25)
    until = row["locked_until"] or row["window_ends"]
    raise Refused(Reason.LOCKED_OUT, retry_after=max(1, int((until - now).total_seconds() + 0.999)))


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
