"""The second factor of a person: whether it is asked for, its codes, and setting it up, renewing and removing it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.statements import load
from hub.access.roles import Role, at_least
from hub.access.seal import Seal
from hub.access.second_factor import enrolment_url, matching_step, new_recovery_codes, new_secret, recovery_hash
from hub.access.sign_in_steps import FROM_ACCOUNT, SignInStep, SignInSteps, mark_of
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change
from hub.confirmation.qr_code import png_data_url
from hub.observability.telemetry import (
    RECOVERY_CODE_USED,
    SECOND_FACTOR_CHANGED,
    SECOND_FACTOR_REFUSED,
    SECOND_FACTOR_UNREADABLE,
    event,
    login_failed,
)
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.second_factor import Asked, PasswordUse, Requirement, may_use_password, what_is_asked
from hub.services import Services

FACTORS = load("staff/second_factors")
PURPOSE = "second factor"
"""The purpose of the seal of every stored secret."""


@dataclass(frozen=True, slots=True)
class SecondFactorAnswer:
    """What somebody typed: a code of the authenticator app, or else a recovery code."""

    code: str | None = None
    recovery_code: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor to be confirmed by its first code. `token` has the secret sealed in it."""

    token: str
    expires_at: datetime
    secret: str
    url: str
    qr_code: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person has, and what their organisation requires. `made_at` is None without a second factor."""

    made_at: datetime | None
    codes_left: int
    requirement: Requirement


async def read_standing(services: Services, by: Actor) -> Standing:
    row = await _standing(services.database, by.org_id, by.staff_id or 0)
    return Standing(row["made_at"], row["codes_left"], Requirement(row["requirement"]))


async def refusal_after_password(
    services: Services,
    staff: Any,
    *,
    username: str,
    by_pin: bool,
    bucket: str,
    answer: SecondFactorAnswer | None,
) -> Refused | None:
    """Return why the right password or PIN is not enough yet, or None.

    PROVIDER_REQUIRED has the `label` of the organisation's provider. SECOND_FACTOR_REQUIRED has a `challenge` to come back
    with, and an `enrolment` for somebody who must set up a second factor first. `staff` is a row of `find_staff`.
    """
    row = await _standing(services.database, staff["org_id"], staff["id"])
    role = Role(staff["role"])
    administrator = at_least(role, Role.ADMIN)
    if not by_pin and not may_use_password(
        PasswordUse(row["passwords"]), provider_worked=row["provider_worked"], administrator=administrator,
        owner=role is Role.OWNER,
    ):  # fmt: skip
        return Refused(Reason.PROVIDER_REQUIRED, label=row["oidc_label"] or row["organisation"])
    asked = what_is_asked(
        Requirement(row["requirement"]), has_one=row["secret"] is not None, by_pin=by_pin, administrator=administrator,
        operator=role is Role.OPERATOR,
    )  # fmt: skip
    if asked is Asked.NOTHING:
        return None
    if asked is Asked.CODE and answer is not None:
        if await passes(services, staff["org_id"], staff["id"], row, answer):
            return None
        login_failed("second_factor", staff["org_id"], staff["own_venue_id"])
        return Refused(Reason.SECOND_FACTOR_WRONG)
    step = {"org_id": staff["org_id"], "staff_id": staff["id"], "username": username, "by_pin": by_pin,
            "mark": mark_of(stored_secret(staff, by_pin=by_pin)), "bucket": bucket}  # fmt: skip
    if asked is Asked.CODE:
        token, until = SignInSteps(services.settings, services.clock).issue(**step, new_secret=None)
        return Refused(Reason.SECOND_FACTOR_REQUIRED, challenge=token, expires_at=until)
    enrolment = await _enrolment(services, row["organisation"], step)
    return Refused(
        Reason.SECOND_FACTOR_REQUIRED,
        challenge=enrolment.token,
        expires_at=enrolment.expires_at,
        enrolment=shown(enrolment),
    )


def stored_secret(staff: Any, *, by_pin: bool) -> str:
    """Return the hash that a sign-in was compared with."""
    return str(staff["pin_hash" if by_pin else "password_hash"] or "")


def shown(enrolment: Enrolment) -> dict[str, str]:
    """Return what a person needs to add the account to an app."""
    return {"secret": enrolment.secret, "url": enrolment.url, "qr_code": enrolment.qr_code}


async def passes(services: Services, org_id: int, staff_id: int, row: Any, answer: SecondFactorAnswer) -> bool:
    """Return whether a code or recovery code is right, and use it up. `row` is the person's standing."""
    now = services.clock.now()
    if answer.recovery_code is not None:
        mark = recovery_hash(answer.recovery_code)
        used = await services.database.fetchval(FACTORS.use_recovery_code, org_id, staff_id, mark, now)
        if used is not None:
            event(RECOVERY_CODE_USED, "WARNING", org_id=org_id, staff_id=staff_id)
            return True
    elif answer.code is not None and row["secret"] is not None:
        secret = Seal(services.settings, PURPOSE).open(row["secret"], owner_of(org_id, staff_id))
        if secret is None:
            event(SECOND_FACTOR_UNREADABLE, "ERROR", org_id=org_id, staff_id=staff_id)
            return False
        step = matching_step(secret, answer.code, now)
        if step is not None and await services.database.fetchval(FACTORS.use_code, org_id, staff_id, step, now):
            return True
    event(SECOND_FACTOR_REFUSED, "WARNING", org_id=org_id, staff_id=staff_id)
    return False


async def begin_enrolment(services: Services, by: Actor) -> Enrolment:
    """Return a new secret for the person's app. Nothing is stored before `confirm_enrolment`. Refuses SECOND_FACTOR_EXISTS."""
    staff_id = by.staff_id or 0
    row = await _standing(services.database, by.org_id, staff_id)
    if row["secret"] is not None:
        raise Refused(Reason.SECOND_FACTOR_EXISTS)
    person = await services.database.fetchrow(FACTORS.read_person, by.org_id, staff_id)
    if person is None:
        raise Refused(Reason.NOT_FOUND)
    step = {
        "org_id": by.org_id,
        "staff_id": staff_id,
        "username": person["username"],
        "by_pin": False,
        "mark": FROM_ACCOUNT,
        "bucket": "",
    }
    return await _enrolment(services, row["organisation"], step)


async def resume_enrolment(services: Services, by: Actor, token: str) -> Enrolment:
    """Return the enrolment that was shown before, so that a wrong code does not change it. Refuses SIGN_IN_STEP_EXPIRED."""
    return await enrolment_of(services, _own_enrolment(services, by, token))


async def enrolment_of(services: Services, step: SignInStep) -> Enrolment:
    """Return what was shown in this step of a sign-in."""
    assert step.new_secret is not None
    row = await _standing(services.database, step.org_id, step.staff_id)
    url = enrolment_url(step.new_secret, step.username, row["organisation"])
    return Enrolment(step.token, step.expires_at, step.new_secret, url, await _picture(url))


def read_step(services: Services, token: str) -> SignInStep | None:
    """Return the step of a sign-in that has not expired."""
    return SignInSteps(services.settings, services.clock).read(token)


async def confirm_enrolment(services: Services, by: Actor, token: str, code: str) -> list[str]:
    """Set up the second factor by its first code, and return the recovery codes: they are shown this once.

    Refuses SIGN_IN_STEP_EXPIRED, SECOND_FACTOR_WRONG and SECOND_FACTOR_EXISTS.
    """
    step = _own_enrolment(services, by, token)
    now = services.clock.now()
    secret = step.new_secret or ""
    matched = matching_step(secret, code, now)
    if matched is None:
        raise Refused(Reason.SECOND_FACTOR_WRONG)
    sealed = Seal(services.settings, PURPOSE).seal(secret, owner_of(step.org_id, step.staff_id))
    codes = new_recovery_codes()
    async with change(services) as connection:
        if not await connection.fetchval(FACTORS.add_second_factor, step.org_id, step.staff_id, sealed, matched, now):
            raise Refused(Reason.SECOND_FACTOR_EXISTS)
        await connection.execute(
            FACTORS.add_recovery_codes, step.org_id, step.staff_id, [recovery_hash(one) for one in codes]
        )
        await record_change(connection, services, by, AuditAction.SECOND_FACTOR_ADDED, step.staff_id)
    event(SECOND_FACTOR_CHANGED, change="added", org_id=step.org_id, staff_id=step.staff_id)
    return codes


async def renew_recovery_codes(services: Services, by: Actor, answer: SecondFactorAnswer) -> list[str]:
    """Replace the recovery codes. Refuses SECOND_FACTOR_NOT_FOUND and SECOND_FACTOR_WRONG."""
    await _demand(services, by, answer)
    codes = new_recovery_codes()
    async with change(services) as connection:
        if not await connection.fetchval(FACTORS.lock_second_factor, by.org_id, by.staff_id):
            raise Refused(Reason.SECOND_FACTOR_NOT_FOUND)
        await connection.execute(FACTORS.drop_recovery_codes, by.org_id, by.staff_id)
        await connection.execute(
            FACTORS.add_recovery_codes, by.org_id, by.staff_id, [recovery_hash(one) for one in codes]
        )
        await record_change(connection, services, by, AuditAction.RECOVERY_CODES_RENEWED, by.staff_id or 0)
    event(SECOND_FACTOR_CHANGED, change="codes_renewed", org_id=by.org_id, staff_id=by.staff_id)
    return codes


async def remove_second_factor(services: Services, by: Actor, secret: str, answer: SecondFactorAnswer) -> None:
    """Remove one's own second factor, by password (or PIN) and code.

    Refuses INVALID_CREDENTIALS for a wrong password, SECOND_FACTOR_NOT_FOUND and SECOND_FACTOR_WRONG.
    """
    row = await services.database.fetchrow(FACTORS.read_secrets, by.org_id, by.staff_id)
    stored = row and (row["password_hash"] or row["pin_hash"])
    if not await services.passwords.verify(stored, secret):
        raise Refused(Reason.INVALID_CREDENTIALS)
    await _demand(services, by, answer)
    async with change(services) as connection:
        if not await connection.fetchval(FACTORS.remove_second_factor, by.org_id, by.staff_id):
            raise Refused(Reason.SECOND_FACTOR_NOT_FOUND)
        await record_change(connection, services, by, AuditAction.SECOND_FACTOR_REMOVED, by.staff_id or 0)
    event(SECOND_FACTOR_CHANGED, change="removed", org_id=by.org_id, staff_id=by.staff_id)


def _own_enrolment(services: Services, by: Actor, token: str) -> SignInStep:
    step = read_step(services, token)
    if step is None or step.new_secret is None or (step.org_id, step.staff_id) != (by.org_id, by.staff_id):
        raise Refused(Reason.SIGN_IN_STEP_EXPIRED)
    return step


def owner_of(org_id: int, staff_id: int) -> str:
    """Return the owner that a secret is sealed for."""
    return f"{org_id}:{staff_id}"


async def _demand(services: Services, by: Actor, answer: SecondFactorAnswer) -> None:
    row = await _standing(services.database, by.org_id, by.staff_id or 0)
    if row["secret"] is None:
        raise Refused(Reason.SECOND_FACTOR_NOT_FOUND)
    if not await passes(services, by.org_id, by.staff_id or 0, row, answer):
        raise Refused(Reason.SECOND_FACTOR_WRONG)


async def _enrolment(services: Services, organisation: str, step: dict[str, Any]) -> Enrolment:
    secret = new_secret()
    token, until = SignInSteps(services.settings, services.clock).issue(**step, new_secret=secret)
    url = enrolment_url(secret, step["username"], organisation)
    return Enrolment(token, until, secret, url, await _picture(url))


async def _picture(url: str) -> str:
    """Return the QR code. A text of this length takes the library some 50 ms, so it is made off the loop."""
    return await asyncio.to_thread(png_data_url, url)


async def _standing(database: Any, org_id: int, staff_id: int) -> Any:
    row = await database.fetchrow(FACTORS.read_standing, org_id, staff_id)
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    return row
