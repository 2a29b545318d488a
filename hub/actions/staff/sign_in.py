"""Sign-in and sign-out: a secret is compared with its hash, and every attempt is counted before that."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from db.statements import load
from hub.access.roles import Role
from hub.access.tokens import Identity, Staff
from hub.actions.staff.second_factor import SecondFactorAnswer, refusal_after_password, stored_secret
from hub.events.announcements import SessionRevoked
from hub.observability.telemetry import (
    LOCKED_AGAIN,
    LOCKED_OUT,
    SIGN_IN_FAILED,
    SIGNED_IN,
    SIGNED_OUT,
    event,
    login_failed,
    name_locked_again,
)
from hub.rules.address_list import Address, allows, networks_of
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.staff_scope import OnDuty, Span, duty_at
from hub.rules.timestamps import rfc3339
from hub.services import Services
from hub.text.devices import short_device

FAILURES = 5
LOCK = timedelta(minutes=15)
"""Time within which failures add up, and for which a name is locked after the last one. Every further lock is twice as long."""
LONGEST_LOCK = timedelta(hours=2)
LOCKS_KEPT = timedelta(days=1)
"""Time without an attempt after which earlier locks are forgotten. A right secret forgets them at once."""
ALARMING_LOCKS = 3
"""Locks in a row, some fifteen wrong secrets, from which on an alert is raised. Whoever has forgotten theirs asks before."""
LONGEST_USERNAME = 200
MOST_ACCOUNTS = 3
"""Organisations in which a name may exist to sign in without naming one. Each costs a comparison of about 20 ms."""

SIGN_IN = load("staff/sign_in")
SESSIONS = load("staff/sessions")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The new session. The client keeps `device_cookie` and sends it with its next sign-in.

    `recovery_codes` are those of a second factor that this sign-in has set up.
    """

    token: str
    identity: Identity
    device_cookie: str
    recovery_codes: tuple[str, ...] = ()

    @property
    def expires_at(self) -> datetime:
        return self.identity.expires_at


@dataclass(frozen=True, slots=True)
class SignInClient:
    """The browser or scanner that signs in. `client_ip` and `device_text` are shown in the list of sessions; `address` is checked."""

    device_cookie: str | None = None
    client_ip: str | None = None
    address: Address | None = None
    device_text: str = ""


async def sign_in(
    services: Services,
    *,
    username: str,
    password: str | None = None,
    pin: str | None = None,
    device_cookie: str | None = None,
    client_ip: str | None = None,
    organisation: str | None = None,
    address: Address | None = None,
    device_text: str = "",
    second_factor: SecondFactorAnswer | None = None,
) -> SignedIn:
    """Sign in by password or PIN. `client_ip` and `device_text` are shown in the list of sessions; `address` is checked.

    `organisation` is the short name or id that the request names, if any. Without one a name that several organisations have
    signs in where the secret fits, if it fits exactly once.

    Refuses INVALID_CREDENTIALS alike for an unknown name, organisation and a wrong secret. Refuses LOCKED_OUT(retry_after)
    after five failures of this name in this organisation on this device, even with the right secret. Each further lock is
    twice as long, up to `LONGEST_LOCK`. A known device has its own count, and all devices where the name never signed in share
    one. Attempts without an organisation at a name that several have are counted apart, so that nobody can lock the name in an
    organisation they do not name.
    With the right secret, refuses OUTSIDE_SHIFT with the next shift's begin, and ADDRESS_NOT_ALLOWED.

    After the right secret it refuses what `refusal_after_password` says; a wrong code is a failure too.

    Before all of this it refuses RATE_LIMITED after too many failures of the network, or of this known device, and raises
    Unavailable if too many wait (`SignInAdmission`).
    """
    name = username.strip().lower()
    secret = password if password is not None else pin
    if not secret or not 0 < len(name) <= LONGEST_USERNAME or "\x00" in name or not _encodable(name):
        raise Refused(Reason.INVALID_CREDENTIALS)
    client = SignInClient(device_cookie, client_ip, address, device_text)
    async with admitted(
        services, await _known_device(services, name, organisation, device_cookie), client
    ) as unknown_device:
        return await _sign_in(
            services,
            name,
            secret,
            organisation,
            client,
            by_pin=pin is not None,
            second_factor=second_factor,
            unknown_device=unknown_device,
        )


@asynccontextmanager
async def admitted(services: Services, device: str | None, client: SignInClient) -> AsyncIterator[bool]:
    """Wait for a place to check a secret, and yield whether the client is on an unknown device. Refuses what `SignInAdmission` refuses."""
    try:
        async with services.sign_in_admission.admitted(device, client.address):
            yield device is None
    except Refused as refused:
        if refused.reason is Reason.RATE_LIMITED:
            # No line in the log and nothing for the alerts: the failures before are in both.
            login_failed("rate_limited", None, 0)
        raise


async def _known_device(services: Services, name: str, organisation: str | None, cookie: str | None) -> str | None:
    """Return the id of the device if this name has signed in on it, in the named organisation or in any."""
    devices = services.sessions.devices
    if not devices.is_ours(cookie):
        return None
    if organisation is None:
        return devices.known_to_any(
            cookie, [name_on_device(org, name) for org in await services.venues.organisations()]
        )
    named = await services.venues.organisation_named(organisation)
    return None if named is None else devices.known_to(cookie, name_on_device(named.org_id, name))


async def _sign_in(
    services: Services,
    name: str,
    secret: str,
    organisation: str | None,
    client: SignInClient,
    *,
    by_pin: bool,
    second_factor: SecondFactorAnswer | None,
    unknown_device: bool,
) -> SignedIn:
    named = None if organisation is None else await services.venues.organisation_named(organisation)
    unknown = organisation is not None and named is None
    rows = [] if unknown else await _find_staff(services, name, None if named is None else named.org_id)
    only = rows[0]["org_id"] if len(rows) == 1 else None
    count_of = str(named.org_id if named is not None else only if only is not None else "")
    devices = services.sessions.devices
    owners = [name_on_device(row["org_id"], name) for row in rows] or [name]
    device = next((known for owner in owners if (known := devices.known_to(client.device_cookie, owner))), None)
    bucket = _bucket(name, count_of, device)
    held_against = await _held_against(services, rows, None if named is None else named.org_id)
    async with services.passwords.turn(bucket):
        try:
            await count_attempt(services, bucket)
        except Refused:
            login_failed("locked_out", *held_against)
            event(LOCKED_OUT, "WARNING", client_ip=client.client_ip)
            raise
        # The account may have been disabled while this attempt waited for its turn.
        rows = rows and await _find_staff(services, name, None if named is None else named.org_id)
        row = await _fitting(services, rows, "pin_hash" if by_pin else "password_hash", secret,
                             is_named=organisation is not None, unknown_device=unknown_device)  # fmt: skip
        if row is None:
            await _lock_out(services, bucket, *held_against)
            login_failed("invalid_credentials", *held_against)
            event(SIGN_IN_FAILED, "WARNING", known_device=device is not None, client_ip=client.client_ip)
            raise Refused(Reason.INVALID_CREDENTIALS)
        refusal = await refusal_after_password(
            services, row, username=name, by_pin=by_pin, bucket=bucket, answer=second_factor
        )
        if refusal is not None:
            await settle_refusal(services, bucket, refusal, *held_against)
            raise refusal
        await services.database.execute(SIGN_IN.clear_attempts, bucket)
    stored = stored_secret(row, by_pin=by_pin)
    return await open_session(services, row["org_id"], row["id"], name, stored=stored, client=client)


async def open_session(
    services: Services, org_id: int, staff_id: int, name: str, *, stored: str | None, client: SignInClient
) -> SignedIn:
    """Begin a session of somebody who has passed every check of who they are. Refuses what `begin_session` says.

    `name` is the user name in lower case.
    """
    devices, owner = services.sessions.devices, name_on_device(org_id, name)
    token, identity = await begin_session(
        services,
        org_id,
        staff_id,
        stored,
        client_ip=client.client_ip,
        address=client.address,
        device_text=client.device_text,
    )
    known = devices.known_to(client.device_cookie, owner) is not None
    event(SIGNED_IN, org_id=identity.org_id, staff_id=identity.staff_id, known_device=known)
    return SignedIn(token, identity, devices.remember(client.device_cookie, owner))


async def begin_session(
    services: Services, org_id: int, staff_id: int, stored: str | None, *, client_ip: str | None = None,
    address: Address | None = None, device_text: str = "",
) -> tuple[str, Identity]:  # fmt: skip
    """Begin a session of an account whose secret was right; return its token and identity.

    The account is locked meanwhile, so a change of its scope or secret ends this session or is obeyed by it. `stored` is the
    hash that was compared; None if no secret was. Refuses INVALID_CREDENTIALS if it was changed or the account disabled
    meanwhile, OUTSIDE_SHIFT with the next shift's begin, and ADDRESS_NOT_ALLOWED.
    """
    async with services.database.transaction() as connection:
        held = await connection.fetchrow(SIGN_IN.hold_staff, org_id, staff_id)
        if held is None or (stored is not None and stored not in (held["password_hash"], held["pin_hash"])):
            raise Refused(Reason.INVALID_CREDENTIALS)
        now = services.clock.now()
        row = await connection.fetchrow(SIGN_IN.scope_of_staff, org_id, staff_id)
        until = _refuse_off_duty(row, now)
        if not allows(networks_of(row["ip_allow_list"] or ()), address):
            raise address_refused(address)
        # A scope whose gates are all gone allows none, and not all.
        gates = tuple(row["gates"]) or ("",) if row["gate_ids"] else ()
        staff = Staff(
            staff_id,
            org_id,
            row["venue_id"] or 0,
            row["name"],
            Role(row["role"]),
            tuple(row["venue_ids"]),
            gates,
            until,
        )
        token = services.sessions.issue(staff, now)
        identity = services.sessions.read(token)
        await connection.execute(
            SIGN_IN.note_session, org_id, staff_id, identity.jti, identity.issued_at, identity.expires_at, client_ip,
            short_device(device_text),
        )  # fmt: skip
    return token, identity


def address_refused(address: Address | None) -> Refused:
    return Refused(Reason.ADDRESS_NOT_ALLOWED, address=str(address or "unknown"))


def _refuse_off_duty(row: Any, now: datetime) -> datetime | None:
    """Return when the right of this account ends; None: never. Refuses OUTSIDE_SHIFT."""
    shifts = [Span(*span) for span in zip(row["starts"], row["ends"], strict=True)]
    duty = duty_at(now, row["valid_from"], row["valid_until"], shifts)
    if isinstance(duty, OnDuty):
        return duty.until
    raise Refused(
        Reason.OUTSIDE_SHIFT,
        ended_at=None if duty.ended_at is None else rfc3339(duty.ended_at),
        next_at=None if duty.next_at is None else rfc3339(duty.next_at),
        timezone=row["timezone"] or "UTC",
    )


async def settle_refusal(
    services: Services, bucket: str, refusal: Refused, org_id: int | None, venue_id: int = 0
) -> None:
    """Count a wrong code or password as a failure. Any other refusal followed a right one, so its attempt is not counted.

    `org_id` and `venue_id` are those whose alerts tell of locks.
    """
    if refusal.reason in (Reason.SECOND_FACTOR_WRONG, Reason.INVALID_CREDENTIALS):
        await _lock_out(services, bucket, org_id, venue_id)
    else:
        await services.database.execute(SIGN_IN.forgive_attempt, bucket)


async def check_secret(
    services: Services, org_id: int, staff_id: int, secret: str, *, device_cookie: str | None = None
) -> None:
    """Compare a secret with the password and the PIN of a person who is signed in.

    Refuses INVALID_CREDENTIALS, and LOCKED_OUT after five failures, which count like those of signing in.
    """
    row = await services.database.fetchrow(SIGN_IN.secrets_of_staff, org_id, staff_id)
    name = row["username"].lower()
    device = services.sessions.devices.known_to(device_cookie, name_on_device(org_id, name))
    bucket = _bucket(name, str(org_id), device)
    async with services.passwords.turn(bucket):
        await count_attempt(services, bucket)
        for stored in (row["password_hash"], row["pin_hash"]):
            if stored is not None and await services.passwords.verify(stored, secret):
                await services.database.execute(SIGN_IN.clear_attempts, bucket)
                return
        await _lock_out(services, bucket, org_id, 0)
        raise Refused(Reason.INVALID_CREDENTIALS)


async def sign_out(services: Services, identity: Identity) -> None:
    """End this session in all processes: its token is refused and its sockets close."""
    async with services.database.transaction() as connection:
        await connection.execute(SESSIONS.end_session, identity.org_id, identity.jti, identity.expires_at)
        await connection.execute(SESSIONS.forget_session, identity.org_id, identity.jti)
    services.announcer.publish([SessionRevoked(identity.org_id, identity.jti, None, None)])
    event(SIGNED_OUT, org_id=identity.org_id, staff_id=identity.staff_id)


async def _find_staff(services: Services, name: str, org_id: int | None) -> Sequence[Any]:
    """Return the accounts of a name: at most one in a named organisation, and one more than `MOST_ACCOUNTS` in all."""
    found: Sequence[Any] = await services.database.fetch(SIGN_IN.find_staff, name, org_id, MOST_ACCOUNTS + 1)
    return found


async def _fitting(
    services: Services, rows: Sequence[Any], column: str, secret: str, *, is_named: bool, unknown_device: bool
) -> Any:
    """Return the account that the secret fits, if it fits exactly one; else None.

    On a hub of several organisations every attempt that names none takes the time of `MOST_ACCOUNTS` comparisons.
    """
    candidates = rows if len(rows) <= MOST_ACCOUNTS else []
    fitting = [
        row for row in candidates if await services.passwords.verify(row[column], secret, unknown_device=unknown_device)
    ]
    compared = len(candidates)
    if is_named or len(await services.venues.organisations()) < 2:
        await services.passwords.pretend(1 - compared, unknown_device=unknown_device)
    else:
        await services.passwords.pretend(MOST_ACCOUNTS - compared, unknown_device=unknown_device)
    return fitting[0] if len(fitting) == 1 else None


def name_on_device(org_id: int, name: str) -> str:
    """Return the name by which a device remembers that this person has signed in on it."""
    return f"{org_id}\n{name}"


async def _held_against(services: Services, rows: Sequence[Any], named: int | None) -> tuple[int | None, int]:
    """Return the organisation and venue (0: no venue) whose alerts count a refusal.

    If the name exists in one organisation, these are the staff member's. Else it is the organisation named in the request, else
    the only one, and None if there are several.
    """
    if len(rows) == 1:
        return rows[0]["org_id"], rows[0]["own_venue_id"]
    return (named, 0) if named is not None else (await services.venues.only_organisation(), 0)


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


async def forget_locks(connection: Any, org_id: int, username: str) -> None:
    """Forget the failures of a name on unknown devices, because its owner has a new secret."""
    await connection.execute(SIGN_IN.clear_attempts, _bucket(username.lower(), str(org_id), None))


async def _lock_out(services: Services, bucket: str, org_id: int | None, venue_id: int) -> None:
    """Lock the bucket if this failure was its last, and tell the alerts of these if it was locked again and again."""
    locks = await services.database.fetchval(
        SIGN_IN.lock_out, bucket, services.clock.now(), FAILURES, LOCK, LONGEST_LOCK
    )
    if locks is not None and locks >= ALARMING_LOCKS:
        event(LOCKED_AGAIN, "WARNING", locks=locks, org_id=org_id)
        name_locked_again(org_id, venue_id)


def _bucket(name: str, count_of: str, device: str | None) -> str:
    """Return the key under which the failures of a name in an organisation, on a known device or on all others, are counted."""
    return hashlib.sha256(f"{name}\n{count_of}\n{device or 'unknown'}".encode()).hexdigest()


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
