"""Staff accounts as commands add them, and the names that are printed for the gates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import asyncpg

from db.statements import load
from hub.access.passwords import LONGEST_SECRET
from hub.access.roles import Role
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import clean_line
from hub.rules.staff_secrets import composed_username, wrong_pin
from hub.rules.venue import Venue
from hub.services import Services

STAFF = load("staff/accounts")

LEAST_PASSWORD = 8
MOST_PRINTED = 20
_USERNAME = re.compile(r"[^\s\x00-\x1f\x7f\ud800-\udfff]{1,100}")
LONGEST_NAME = 100
_PASSWORD = re.compile(rf"[^\ud800-\udfff]{{{LEAST_PASSWORD},{LONGEST_SECRET}}}", re.DOTALL)
_WEAK_PIN = re.compile(r"[0-9]{4,12}", re.ASCII)
"""A PIN that `hub staff add --weak-pin` takes."""


async def add_staff(
    services: Services,
    *,
    org_id: int,
    username: str,
    role: Role | str,
    name: str,
    password: str | None = None,
    pin: str | None = None,
    venue_id: int | None = None,
    weak_pin: bool = False,
) -> dict[str, Any]:
    """Add a staff member who signs in by password, PIN, or either, for a command. Their scope has no limit.

    `weak_pin` takes a PIN of four digits, or one that is easy to guess. Their sessions are at `venue_id`, else at the
    organisation's first venue. Refuses INVALID_REQUEST with every wrong field.
    """
    username, name = composed_username(username), stored_name(name)
    errors = check_staff(username, name, str(role), password, pin, weak_pin=weak_pin)
    if venue_id is not None and not await services.database.fetchval(STAFF.has_venue, org_id, venue_id):
        errors.append(_error("venue_id", "No such venue"))
    if errors:
        raise Refused(Reason.INVALID_REQUEST, errors=errors)
    password_hash = await services.passwords.hash(password) if password is not None else None
    pin_hash = await services.passwords.hash(pin) if pin is not None else None
    role = Role(role)
    added = {"username": username, "name": name, "role": role.value, "venue_id": venue_id}
    try:
        async with change(services) as connection:
            staff_id = await connection.fetchval(
                STAFF.add_staff, org_id, venue_id, username, name, role.value, password_hash, pin_hash
            )
            await record_change(connection, services, Actor(org_id), AuditAction.STAFF_ADDED, staff_id, after=added)
    except asyncpg.UniqueViolationError as taken:
        raise Refused(Reason.INVALID_REQUEST, errors=[_error("username", "This user name is taken")]) from taken
    except asyncpg.ForeignKeyViolationError as unknown:
        raise Refused(Reason.INVALID_REQUEST, errors=[_error("org_id", "No such organisation")]) from unknown
    return {"staff_id": staff_id, **added}


@dataclass(frozen=True, slots=True)
class SignInName:
    username: str
    name: str


async def sign_in_names(services: Services, venue: Venue) -> list[SignInName]:
    """Return the operators of a venue by name, as many as a sheet of paper holds."""
    rows = await services.database.fetch(STAFF.sign_in_names, venue.org_id, venue.id, MOST_PRINTED)
    return [SignInName(**row) for row in rows]


def stored_name(name: str) -> str:
    """Return a name as it is stored; one that is wrong unchanged, for `check_staff` to refuse."""
    try:
        return clean_line(name, LONGEST_NAME)
    except ValueError:
        return name


def check_staff(
    username: str, name: str, role: str, password: str | None = None, pin: str | None = None, *, weak_pin: bool = False
) -> list[dict[str, str]]:
    """Return what is wrong with the fields of an account."""
    errors = []
    if not _USERNAME.fullmatch(username):
        errors.append(_error("username", "Give 1 to 100 characters without spaces"))
    try:
        clean_line(name, LONGEST_NAME, required=True)
    except ValueError as wrong:
        errors.append(_error("name", str(wrong) if name else "Give 1 to 100 characters"))
    if role not in set(Role):
        errors.append(_error("role", "Give OPERATOR, MANAGER, ADMIN or OWNER"))
    if password is None and pin is None:
        errors.append(_error("password", "Give a password or a PIN"))
    if password is not None and not _PASSWORD.fullmatch(password):
        errors.append(_error("password", f"Give at least {LEAST_PASSWORD} characters"))
    if pin is not None and weak_pin and not _WEAK_PIN.fullmatch(pin):
        errors.append(_error("pin", "Give 4 to 12 digits"))
    elif pin is not None and not weak_pin and (easy := wrong_pin(pin)):
        errors.append(_error("pin", easy))
    return errors


def _error(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": message}
