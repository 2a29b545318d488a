"""One's own account: the name, and the password or PIN with the present one. New ones that others set: an administrator's PIN for
an operator, and whatever whoever has the machine sets.
"""

from __future__ import annotations

import secrets

from db.statements import load
from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields
from hub.actions.staff.change_people import change_person, end_sessions_of, hold_person
from hub.actions.staff.people import PEOPLE, Person, person_of
from hub.actions.staff.sessions import end_sessions_but
from hub.actions.staff.sign_in import check_secret
from hub.actions.staff.sign_in_attempts import forget_locks
from hub.events.announcements import SessionRevoked
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.staff_secrets import new_pin, wrong_password, wrong_pin
from hub.services import Services

LINKS = load("staff/links")


async def read_own(services: Services, identity: Identity) -> Person:
    return await person_of(services.database, identity.org_id, identity.staff_id)


async def rename_own(services: Services, identity: Identity, name: str, *, client_ip: str | None = None) -> Person:
    """Change one's own name. Sessions that go on keep the old one. Refuses INVALID_REQUEST."""
    by = Actor(identity.org_id, identity.venue_id, identity.staff_id, identity.name, "page", client_ip)
    return await change_person(services, by, identity.staff_id, {"name": name})


async def change_own_secret(
    services: Services, identity: Identity, *, old: str, password: str | None = None, pin: str | None = None,
    device_cookie: str | None = None, client_ip: str | None = None,
) -> Person:  # fmt: skip
    """Set one's own new password or PIN with the present one, whichever kind that is. All other sessions of the person end.

    Wrong present ones count as failed sign-ins. Refuses INVALID_CREDENTIALS, LOCKED_OUT, and INVALID_REQUEST.
    """
    person = await read_own(services, identity)
    _refuse_secret(person, password, pin)
    await check_secret(services, identity.org_id, identity.staff_id, old, device_cookie=device_cookie)
    password_hash = await services.passwords.hash(password) if password is not None else None
    pin_hash = await services.passwords.hash(pin) if pin is not None else None
    by = Actor(identity.org_id, identity.venue_id, identity.staff_id, identity.name, "page", client_ip)
    async with change(services) as connection:
        await hold_person(connection, by, identity.staff_id, None)
        await connection.execute(PEOPLE.set_secrets, by.org_id, identity.staff_id, password_hash, pin_hash, False)
        await connection.fetch(LINKS.revoke_links, by.org_id, identity.staff_id, services.clock.now())
        ended = await end_sessions_but(connection, identity)
        after = {"by": "account", "set": "password" if password is not None else "PIN"}
        await record_change(connection, services, by, AuditAction.STAFF_SECRET_SET, identity.staff_id, after=after)
        person = await person_of(connection, by.org_id, identity.staff_id)
    services.announcer.publish([SessionRevoked(by.org_id, jti, None, None) for jti in ended])
    telemetry.event(telemetry.STAFF_CHANGED, change="secret", subject=identity.staff_id, staff_id=identity.staff_id)
    return person


async def set_secret(
    services: Services, by: Actor, staff_id: int, *, password: str | None = None, pin: str | None = None,
    dry_run: bool = False,
) -> Person:  # fmt: skip
    """Set the password or PIN of somebody, for a command. It is then their only one; links are revoked, and their sessions end.

    Refuses STAFF_NOT_FOUND, STAFF_DISABLED, and INVALID_REQUEST for what they may not choose either.
    """
    password_hash = await services.passwords.hash(password) if password is not None else None
    pin_hash = await services.passwords.hash(pin) if pin is not None else None
    now = services.clock.now()
    async with change(services, dry_run=dry_run) as connection:
        person = await hold_person(connection, by, staff_id, None)
        if person.disabled_at is not None:
            raise Refused(Reason.STAFF_DISABLED)
        _refuse_secret(person, password, pin)
        await connection.execute(PEOPLE.set_secrets, by.org_id, staff_id, password_hash, pin_hash, True)
        await forget_locks(connection, by.org_id, person.username)
        await connection.fetch(LINKS.revoke_links, by.org_id, staff_id, now)
        ended = await end_sessions_of(connection, by.org_id, staff_id, now)
        after = {"set": "password" if password is not None else "PIN"}
        await record_change(connection, services, by, AuditAction.STAFF_SECRET_SET, staff_id, after=after)
        person = await person_of(connection, by.org_id, staff_id)
    if not dry_run:
        services.announcer.publish(ended)
        telemetry.event(telemetry.STAFF_CHANGED, change="secret", subject=staff_id, staff_id=by.staff_id)
    return person


async def reset_pin(services: Services, by: Actor, staff_id: int) -> tuple[Person, str]:
    """Give an operator a new PIN and return it, the only time it is shown. Their sessions end.

    Refuses STAFF_NOT_FOUND, FORBIDDEN, STAFF_DISABLED, and INVALID_REQUEST for whoever is more than an operator.
    """
    pin = new_pin(secrets.randbelow)
    pin_hash = await services.passwords.hash(pin)
    now = services.clock.now()
    async with change(services) as connection:
        person = await hold_person(connection, by, staff_id, None)
        if person.disabled_at is not None:
            raise Refused(Reason.STAFF_DISABLED)
        if at_least(person.role, Role.MANAGER):
            refuse_fields({"how": "Only operators get a PIN this way. Send a link instead"})
        await connection.execute(PEOPLE.set_secrets, by.org_id, staff_id, None, pin_hash, False)
        await forget_locks(connection, by.org_id, person.username)
        await connection.fetch(LINKS.revoke_links, by.org_id, staff_id, now)
        ended = await end_sessions_of(connection, by.org_id, staff_id, now)
        await record_change(connection, services, by, AuditAction.STAFF_PIN_RESET, staff_id)
        person = await person_of(connection, by.org_id, staff_id)
    services.announcer.publish(ended)
    telemetry.event(telemetry.STAFF_CHANGED, change="pin", subject=staff_id, staff_id=by.staff_id)
    return person, pin


def _refuse_secret(person: Person, password: str | None, pin: str | None) -> None:
    """Refuse INVALID_REQUEST unless it is either a password or a PIN that this person may have."""
    errors: dict[str, str] = {}
    if (password is None) == (pin is None):
        errors["password"] = "Choose either a password or a PIN"  # noqa: S105 - a sentence
    elif password is not None and (wrong := wrong_password(password, username=person.username)):
        errors["password"] = wrong
    elif pin is not None and at_least(person.role, Role.ADMIN):
        errors["pin"] = "Administrators sign in with a password"
    elif pin is not None and (wrong := wrong_pin(pin)):
        errors["pin"] = wrong
    refuse_fields(errors)
