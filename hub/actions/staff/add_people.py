"""New people: added with a password or PIN, or invited by mail to choose one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields
from hub.actions.staff.change_people import check_fields, recorded, username_taken, write_shifts
from hub.actions.staff.links import INVITATION, send_link
from hub.actions.staff.people import PEOPLE, Person, person_of, refuse_beyond
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.staff_secrets import wrong_password, wrong_pin
from hub.services import Services

NOTHING = {
    "email": None, "venue_ids": (), "gate_ids": (), "valid_from": None, "valid_until": None, "shifts": (),
}  # fmt: skip
"""The fields that a new person need not have."""


@dataclass(frozen=True, slots=True)
class NewSecret:
    """How a new person will sign in: by a password, by a PIN, or by what they choose when they are `invited`."""

    password: str | None = None
    pin: str | None = None
    invited: bool = False


async def add_person(
    services: Services, by: Actor, fields: Mapping[str, Any], secret: NewSecret, *, dry_run: bool = False
) -> Person:
    """Add a person with the fields of `change_person`. An invited one gets an e-mail with a link that is good for a week.

    Refuses INVALID_REQUEST with every wrong field, and FORBIDDEN for a role or scope beyond the administrator's own.
    """
    _check_secret(secret, fields)
    password_hash = await services.passwords.hash(secret.password) if secret.password is not None else None
    pin_hash = await services.passwords.hash(secret.pin) if secret.pin is not None else None
    now = services.clock.now()
    async with change(services, dry_run=dry_run) as connection:
        checked = await check_fields(connection, by.org_id, {**NOTHING, **fields})
        refuse_beyond(by, checked.role, checked.venue_ids)
        own_venue = checked.venue_ids[0] if checked.venue_ids else None
        try:
            staff_id = await connection.fetchval(
                PEOPLE.add_person, by.org_id, own_venue, checked.username, checked.name, checked.role.value, checked.email,
                list(checked.venue_ids), list(checked.gate_ids), checked.valid_from, checked.valid_until, password_hash,
                pin_hash, now,
            )  # fmt: skip
        except asyncpg.UniqueViolationError:
            raise username_taken() from None
        await write_shifts(connection, by.org_id, staff_id, checked.shifts, now)
        person = await person_of(connection, by.org_id, staff_id)
        await record_change(connection, services, by, AuditAction.STAFF_ADDED, staff_id, after=recorded(person))
        if secret.invited:
            await send_link(connection, services, by, person, INVITATION)
            person = await person_of(connection, by.org_id, staff_id)
    if not dry_run:
        telemetry.event(telemetry.STAFF_CHANGED, change="added", subject=staff_id, staff_id=by.staff_id)
    return person


def _check_secret(secret: NewSecret, fields: Mapping[str, Any]) -> None:
    errors: dict[str, str] = {}
    if secret.password is None and secret.pin is None and not secret.invited:
        errors["password"] = "Give a password or a PIN, or send an invitation"  # noqa: S105 - a sentence
    if secret.password is not None and (wrong := wrong_password(secret.password, username=fields["username"])):
        errors["password"] = wrong
    if secret.pin is not None and (wrong := wrong_pin(secret.pin)):
        errors["pin"] = wrong
    if secret.invited and not (fields.get("email") or "").strip():
        errors["email"] = "Give the address that the invitation goes to"
    refuse_fields(errors)
