"""Changes of staff accounts: role, scope, name, and whether somebody may work at all. Nobody takes away the last administrator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from db.statements import load
from hub.access.roles import Role, at_least
from hub.access.tokens import LIFETIME
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields, refuse_other_version
from hub.actions.staff.people import PEOPLE, Person, person_of, refuse_beyond
from hub.events.announcements import SessionRevoked
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import clean_line
from hub.rules.staff_scope import MOST_SHIFTS, MOST_VENUES, Shift, Span, fits_token
from hub.rules.staff_secrets import composed_username
from hub.services import Services
from hub.text.contact_details import check_email
from hub.text.languages import N_

SESSIONS = load("staff/sessions")
LINKS = load("staff/links")

LONGEST_USERNAME = 100
KEEP_SHIFTS = timedelta(days=60)
"""Time for which shifts that are over are kept, because scans made in them may arrive late."""
FIELDS = ("username", "name", "role", "email", "venue_ids", "gate_ids", "valid_from", "valid_until", "shifts")
SCOPE = ("role", "venue_ids", "gate_ids", "valid_from", "valid_until", "shifts")
"""The fields whose change ends the sessions of a person."""
FULL_ROLES = [role.value for role in Role if at_least(role, Role.ADMIN)]


@dataclass(frozen=True, slots=True)
class CheckedFields:
    """The fields of a person as they are stored."""

    username: str
    name: str
    role: Role
    email: str | None
    venue_ids: tuple[int, ...]
    gate_ids: tuple[int, ...]
    valid_from: datetime | None
    valid_until: datetime | None
    shifts: tuple[tuple[Shift, Span], ...]


async def change_person(
    services: Services, by: Actor, staff_id: int, changes: Mapping[str, Any], *, version: int | None = None,
    dry_run: bool = False,
) -> Person:  # fmt: skip
    """Change the given `FIELDS` of a person. If their role or scope changes, their sessions end in all processes.

    `shifts` replaces those that are not over; an empty list is no limit. Refuses STAFF_NOT_FOUND, FORBIDDEN,
    VERSION_MISMATCH, INVALID_REQUEST with every wrong field, and LAST_ADMINISTRATOR.
    """
    now = services.clock.now()
    async with change(services, dry_run=dry_run) as connection:
        was = await hold_person(connection, by, staff_id, version)
        fields = await check_fields(connection, by.org_id, {**fields_of(was), **changes})
        refuse_beyond(by, fields.role, fields.venue_ids)
        if _columns(fields) == _columns_of(was) and "shifts" not in changes:
            return was
        try:
            await connection.execute(PEOPLE.write_person, by.org_id, staff_id, *_columns(fields))
        except asyncpg.UniqueViolationError:
            raise username_taken() from None
        if "shifts" in changes:
            await write_shifts(connection, by.org_id, staff_id, fields.shifts, now)
        person = await person_of(connection, by.org_id, staff_id)
        ended: list[SessionRevoked] = []
        if any(getattr(was, name) != getattr(person, name) for name in SCOPE):
            await _refuse_without_administrator(connection, by.org_id, was)
            ended = await end_sessions_of(connection, by.org_id, staff_id, now)
        await record_change(
            connection, services, by, AuditAction.STAFF_CHANGED, staff_id, before=recorded(was), after=recorded(person, was),
        )  # fmt: skip
    if not dry_run:
        services.announcer.publish(ended)
        telemetry.event(telemetry.STAFF_CHANGED, change="changed", subject=staff_id, staff_id=by.staff_id)
    return person


async def set_enabled(
    services: Services, by: Actor, staff_id: int, *, enabled: bool, version: int | None = None, dry_run: bool = False
) -> Person:
    """Disable a person, or enable them again. A repeat changes nothing.

    A disabled person is out at once: sessions and sockets end in all processes, and invitations and links are revoked.
    Refuses STAFF_NOT_FOUND, FORBIDDEN, VERSION_MISMATCH, LAST_ADMINISTRATOR.
    """
    now = services.clock.now()
    async with change(services, dry_run=dry_run) as connection:
        was = await hold_person(connection, by, staff_id, version)
        if (was.disabled_at is None) is enabled:
            return was
        await connection.execute(PEOPLE.set_disabled, by.org_id, staff_id, None if enabled else now)
        ended: list[SessionRevoked] = []
        if not enabled:
            await _refuse_without_administrator(connection, by.org_id, was)
            await connection.fetch(LINKS.revoke_links, by.org_id, staff_id, now)
            ended = await end_sessions_of(connection, by.org_id, staff_id, now)
        action = AuditAction.STAFF_ENABLED if enabled else AuditAction.STAFF_DISABLED
        await record_change(connection, services, by, action, staff_id)
        person = await person_of(connection, by.org_id, staff_id)
    if not dry_run:
        services.announcer.publish(ended)
        word = "enabled" if enabled else "disabled"
        telemetry.event(telemetry.STAFF_CHANGED, change=word, subject=staff_id, staff_id=by.staff_id)
    return person


async def hold_person(connection: Any, by: Actor, staff_id: int, version: int | None) -> Person:
    """Lock the organisation's administrators and then this person; return them.

    Refuses STAFF_NOT_FOUND, FORBIDDEN and VERSION_MISMATCH.
    """
    await hold_administrators(connection, by.org_id)
    row = await connection.fetchrow(PEOPLE.lock_person, by.org_id, staff_id)
    if row is None:
        raise Refused(Reason.STAFF_NOT_FOUND)
    refuse_beyond(by, row["role"], row["venue_ids"])
    refuse_other_version(row, version)
    return await person_of(connection, by.org_id, staff_id)


async def hold_administrators(connection: Any, org_id: int) -> None:
    """Let one change of staff at a time be made, so that two of them cannot take away the last two administrators."""
    await connection.execute(PEOPLE.hold_administrators, org_id)


async def _refuse_without_administrator(connection: Any, org_id: int, was: Person) -> None:
    """Refuse LAST_ADMINISTRATOR if this person was one who may do everything, and none is left."""
    if is_full_administrator(was) and not await connection.fetchval(PEOPLE.count_administrators, org_id, FULL_ROLES):
        raise Refused(Reason.LAST_ADMINISTRATOR)


def is_full_administrator(person: Person) -> bool:
    """Return whether a person may do everything, everywhere and always, and can sign in."""
    limits = (person.venue_ids, person.gate_ids, person.valid_from, person.valid_until, person.shifts)
    return person.status == "ACTIVE" and at_least(person.role, Role.ADMIN) and not any(limits)


async def end_sessions_of(connection: Any, org_id: int, staff_id: int, now: datetime) -> list[SessionRevoked]:
    """End every session of a person whose row is held, in the transaction of its cause. Return what to announce after the commit.

    Those on the list end by their ids as well: a sign-in that held the row before, or a process whose clock is ahead, may have
    issued them later than `now`.
    """
    await connection.execute(SESSIONS.end_sessions_of_staff, org_id, staff_id, now, now + LIFETIME)
    rows = await connection.fetch(SESSIONS.end_sessions_of_people, org_id, [staff_id], None)
    return [
        SessionRevoked(org_id, None, staff_id, now),
        *(SessionRevoked(org_id, row["jti"], None, None) for row in rows),
    ]


async def write_shifts(
    connection: Any, org_id: int, staff_id: int, shifts: Sequence[tuple[Shift, Span]], now: datetime
) -> None:
    """Replace the shifts that are not over; with no shifts, all of them."""
    await connection.execute(PEOPLE.drop_shifts, org_id, staff_id, now if shifts else None, now - KEEP_SHIFTS)
    columns = [(one.date, one.start_time, one.end_time, *span) for one, span in shifts]
    if columns:
        await connection.execute(
            PEOPLE.add_shifts, org_id, staff_id, *(list(one) for one in zip(*columns, strict=True))
        )


# ---- Checks


async def check_fields(connection: Any, org_id: int, given: Mapping[str, Any]) -> CheckedFields:
    """Return the fields as they are stored. Refuses INVALID_REQUEST with every wrong field."""
    errors: dict[str, str] = {}
    username, name = composed_username(given["username"]), ""
    if not 0 < len(username) <= LONGEST_USERNAME or any(one.isspace() or not one.isprintable() for one in username):
        errors["username"] = "Give 1 to 100 characters without spaces"
    try:
        name = clean_line(given["name"], 100, required=True)
    except ValueError as wrong:
        errors["name"] = str(wrong)
    role = given["role"]
    if role not in set(Role):
        errors["role"] = "Choose a role"
    email = (given["email"] or "").strip() or None
    if email is not None:
        try:
            email = check_email(email)
        except ValueError as wrong:
            errors["email"] = str(wrong)
    venue_ids, gate_ids = (tuple(sorted(set(given[one] or ()))) for one in ("venue_ids", "gate_ids"))
    zone = await _check_scope(connection, org_id, venue_ids, gate_ids, errors)
    valid_from, valid_until = given["valid_from"], given["valid_until"]
    if valid_from is not None and valid_until is not None and valid_until <= valid_from:
        errors["valid_until"] = "The end is before the beginning"
    shifts = _check_shifts(given["shifts"] or (), zone, errors)
    refuse_fields(errors)
    return CheckedFields(username, name, Role(role), email, venue_ids, gate_ids, valid_from, valid_until, shifts)


async def _check_scope(
    connection: Any, org_id: int, venue_ids: tuple[int, ...], gate_ids: tuple[int, ...], errors: dict[str, str]
) -> ZoneInfo:
    """Check venues and gates, and return the time zone of the shifts: that of the first venue."""
    venues = await connection.fetch(PEOPLE.venues_of_scope, org_id, list(venue_ids))
    if len(venues) != len(venue_ids):
        errors["venue_ids"] = "There is no such venue"
    elif len(venue_ids) > MOST_VENUES:
        errors["venue_ids"] = f"Choose at most {MOST_VENUES} venues, or none for all of them"
    gates = await connection.fetch(PEOPLE.gates_of_scope, org_id, list(gate_ids))
    if len(gates) != len(gate_ids) or (venue_ids and any(gate["venue_id"] not in venue_ids for gate in gates)):
        errors["gate_ids"] = "There is no such gate at these venues"
    elif not fits_token([gate["name"] for gate in gates]):
        errors["gate_ids"] = "Choose fewer gates, or none for all of them"
    if not venues:
        venues = (await connection.fetch(PEOPLE.venues_of_organisation, org_id))[:1]
    return ZoneInfo(venues[0]["timezone"] if venues else "UTC")


def _check_shifts(given: Sequence[Any], zone: ZoneInfo, errors: dict[str, str]) -> tuple[tuple[Shift, Span], ...]:
    if len(given) > MOST_SHIFTS:
        errors["shifts"] = f"Give at most {MOST_SHIFTS} shifts"
        return ()
    found = {}
    for one in given:
        shift = Shift(one.date, one.start_time, one.end_time)
        try:
            found[shift.span(zone)] = shift
        except (ValueError, OverflowError) as wrong:
            errors["shifts"] = str(wrong)
    return tuple((shift, span) for span, shift in sorted(found.items(), key=lambda entry: entry[0]))


def username_taken() -> Refused:
    return Refused(Reason.INVALID_REQUEST, errors=[{"field": "username", "message": N_("This user name is taken")}])


def fields_of(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in FIELDS}


def recorded(person: Person, was: Person | None = None) -> dict[str, Any]:
    """Return what the audit log keeps of a person: no address, but whether it is another one than before."""
    kept = {name: getattr(person, name) for name in FIELDS if name not in ("email", "shifts")}
    kept["shifts"] = [f"{one.date} {one.start_time:%H:%M}-{one.end_time:%H:%M}" for one in person.shifts]
    return kept | {"email": "as before" if was is None or was.email == person.email else "another one"}


def _columns_of(person: Person) -> tuple[Any, ...]:
    return (
        person.username, person.name, person.role, person.email, list(person.venue_ids), list(person.gate_ids),
        person.valid_from, person.valid_until,
    )  # fmt: skip


def _columns(fields: CheckedFields) -> tuple[Any, ...]:
    return (
        fields.username, fields.name, fields.role.value, fields.email, list(fields.venue_ids), list(fields.gate_ids),
        fields.valid_from, fields.valid_until,
    )  # fmt: skip
