"""The session of somebody who has passed every check of who they are: its token, its scope and the device that is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.statements import load
from hub.access.roles import Role
from hub.access.tokens import Identity, Staff
from hub.observability.telemetry import SIGNED_IN, event
from hub.rules.address_list import Address, allows, networks_of
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.staff_scope import OnDuty, Span, duty_at
from hub.rules.timestamps import rfc3339
from hub.services import Services
from hub.text.devices import short_device

SIGN_IN = load("staff/sign_in")


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
            short_device(device_text), _way(held, stored),
        )  # fmt: skip
    return token, identity


def _way(held: Any, stored: str | None) -> str:
    """Return what a session begins with: the provider, or the secret whose hash was compared."""
    if stored is None:
        return "provider"
    return "pin" if stored == held["pin_hash"] else "password"


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


def name_on_device(org_id: int, name: str) -> str:
    """Return the name by which a device remembers that this person has signed in on it."""
    return f"{org_id}\n{name}"
