"""Sign-in and sign-out: a secret is compared with its hash, and every attempt is counted before that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from db.statements import load
from hub.access.tokens import Identity
from hub.actions.staff.new_session import SignedIn, SignInClient, name_on_device, open_session
from hub.actions.staff.second_factor import SecondFactorAnswer, refusal_after_password, stored_secret
from hub.actions.staff.sign_in_attempts import bucket_of, count_attempt, lock_out, settle_refusal
from hub.events.announcements import SessionRevoked
from hub.observability.telemetry import (
    LOCKED_OUT,
    SIGN_IN_FAILED,
    SIGNED_OUT,
    event,
    login_failed,
)
from hub.rules.address_list import Address
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.staff_secrets import composed_username
from hub.services import Services

LONGEST_USERNAME = 200
MOST_ACCOUNTS = 3
"""Organisations in which a name may exist to sign in without naming one. Each costs a comparison of about 20 ms."""

SIGN_IN = load("staff/sign_in")
SESSIONS = load("staff/sessions")


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
    name = composed_username(username).lower()
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
    bucket = bucket_of(name, count_of, device)
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
            await lock_out(services, bucket, *held_against)
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


async def check_secret(
    services: Services, org_id: int, staff_id: int, secret: str, *, device_cookie: str | None = None
) -> None:
    """Compare a secret with the password and the PIN of a person who is signed in.

    Refuses INVALID_CREDENTIALS, and LOCKED_OUT after five failures, which count like those of signing in.
    """
    row = await services.database.fetchrow(SIGN_IN.secrets_of_staff, org_id, staff_id)
    name = row["username"].lower()
    device = services.sessions.devices.known_to(device_cookie, name_on_device(org_id, name))
    bucket = bucket_of(name, str(org_id), device)
    async with services.passwords.turn(bucket):
        await count_attempt(services, bucket)
        for stored in (row["password_hash"], row["pin_hash"]):
            if stored is not None and await services.passwords.verify(stored, secret):
                await services.database.execute(SIGN_IN.clear_attempts, bucket)
                return
        await lock_out(services, bucket, org_id, 0)
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


async def _held_against(services: Services, rows: Sequence[Any], named: int | None) -> tuple[int | None, int]:
    """Return the organisation and venue (0: no venue) whose alerts count a refusal.

    If the name exists in one organisation, these are the staff member's. Else it is the organisation named in the request, else
    the only one, and None if there are several.
    """
    if len(rows) == 1:
        return rows[0]["org_id"], rows[0]["own_venue_id"]
    return (named, 0) if named is not None else (await services.venues.only_organisation(), 0)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
