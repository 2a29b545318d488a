"""Single-use links: an invitation, or the way to a new password or PIN. Only the hash of a link's token is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.access.roles import Role, at_least
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields
from hub.actions.staff.change_people import end_sessions_of, hold_person
from hub.actions.staff.people import PEOPLE, Person
from hub.actions.staff.sign_in_attempts import forget_locks
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.staff_secrets import composed_username, wrong_password, wrong_pin
from hub.services import Services
from hub.text.languages import DEFAULT, spoken

LINKS = load("staff/links")

MOST_IN_AN_HOUR = 3
"""Links that one person is sent in an hour because somebody typed their name on the page of forgotten passwords."""


@dataclass(frozen=True, slots=True)
class LinkKind:
    kind: str
    email: str
    lifetime: timedelta
    action: AuditAction


INVITATION = LinkKind("invitation", "staff.invited", timedelta(days=7), AuditAction.STAFF_INVITED)
RESET = LinkKind("reset", "staff.reset", timedelta(hours=24), AuditAction.STAFF_RESET_SENT)
FORGOTTEN = LinkKind("reset", "staff.reset", timedelta(hours=1), AuditAction.STAFF_RESET_SENT)


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is good, and whom it belongs to."""

    org_id: int
    link_id: int
    staff_id: int
    kind: str
    name: str
    username: str
    role: str
    organisation: str
    expires_at: datetime

    @property
    def needs_password(self) -> bool:
        """Return whether a PIN is not enough: for administrators."""
        return at_least(self.role, Role.ADMIN)


async def invite_again(services: Services, by: Actor, staff_id: int, *, dry_run: bool = False) -> Person:
    """Send a new invitation; an earlier one is no longer good.

    Refuses STAFF_NOT_FOUND, FORBIDDEN, STAFF_DISABLED, NO_EMAIL, and INVITATION_ACCEPTED for whoever can sign in already.
    """
    async with change(services, dry_run=dry_run) as connection:
        person = await hold_person(connection, by, staff_id, None)
        if person.has_password or person.has_pin:
            raise Refused(Reason.INVITATION_ACCEPTED)
        await send_link(connection, services, by, person, INVITATION)
    return person


async def send_reset(services: Services, by: Actor, staff_id: int, *, dry_run: bool = False) -> Person:
    """Send a link to a new password or PIN. The present one stays good until the link is used.

    Refuses STAFF_NOT_FOUND, FORBIDDEN, STAFF_DISABLED and NO_EMAIL.
    """
    async with change(services, dry_run=dry_run) as connection:
        person = await hold_person(connection, by, staff_id, None)
        await send_link(connection, services, by, person, RESET)
    return person


async def revoke_invitation(services: Services, by: Actor, staff_id: int, *, dry_run: bool = False) -> Person:
    """Take back the invitation or link of a person that is still good. A repeat changes nothing."""
    async with change(services, dry_run=dry_run) as connection:
        person = await hold_person(connection, by, staff_id, None)
        if await connection.fetch(LINKS.revoke_links, by.org_id, staff_id, services.clock.now()):
            await record_change(connection, services, by, AuditAction.STAFF_INVITATION_REVOKED, staff_id)
    return person


async def send_link(connection: Any, services: Services, by: Actor, person: Person, link: LinkKind) -> None:
    """Write a link and its e-mail in this transaction. Refuses STAFF_DISABLED and NO_EMAIL."""
    if person.disabled_at is not None:
        raise Refused(Reason.STAFF_DISABLED)
    if person.email is None:
        raise Refused(Reason.NO_EMAIL)
    now, token = services.clock.now(), secret_token()
    payload = {
        "staff_token": token, "name": person.name, "username": person.username, "invited_by": by.name,
        "expires_at": now + link.lifetime, "timezone": await _zone_of(connection, by.org_id),
    }  # fmt: skip
    await connection.execute(
        LINKS.add_link, by.org_id, person.staff_id, link.kind, token_hash(token), person.email, now, now + link.lifetime,
        link.email, orjson.dumps(payload).decode(), spoken.get() or DEFAULT,
    )  # fmt: skip
    await record_change(connection, services, by, link.action, person.staff_id)


async def send_forgotten(services: Services, name: str, *, client_ip: str | None = None) -> None:
    """Send a link to whoever has this user name or e-mail address. Nobody learns whether anybody has."""
    text = composed_username(name).lower()
    if not 0 < len(text) <= 320 or "\0" in text or any("\ud800" <= one <= "\udfff" for one in text):
        return
    now = services.clock.now()
    for row in await services.database.fetch(LINKS.find_forgotten, text):
        by = Actor(row["org_id"], None, row["id"], row["name"], "page", client_ip)
        async with change(services) as connection:
            person = await hold_person(connection, by, row["id"], None)
            sent = await connection.fetchval(LINKS.links_since, by.org_id, person.staff_id, now - timedelta(hours=1))
            if sent < MOST_IN_AN_HOUR and person.disabled_at is None and person.email is not None:
                known = person.has_password or person.has_pin
                await send_link(connection, services, by, person, FORGOTTEN if known else INVITATION)


async def read_link(services: Services, token: str) -> Link:
    """Return the link of a token. Refuses LINK_NOT_FOUND, LINK_USED, LINK_EXPIRED, RATE_LIMITED."""
    row = await services.links.look_up(token_hash(token), partial(services.database.fetchrow, LINKS.read_link))
    if row is None or row["revoked_at"] is not None or row["disabled_at"] is not None:
        raise Refused(Reason.LINK_NOT_FOUND)
    if row["used_at"] is not None:
        raise Refused(Reason.LINK_USED)
    if row["expires_at"] <= services.clock.now():
        raise Refused(Reason.LINK_EXPIRED)
    return Link(
        row["org_id"], row["id"], row["staff_id"], row["kind"], row["name"], row["username"], row["role"],
        row["organisation"], row["expires_at"],
    )  # fmt: skip


async def use_link(
    services: Services, token: str, *, password: str | None = None, pin: str | None = None, client_ip: str | None = None
) -> Link:
    """Set the password or PIN that somebody chose by a link, once. It is then their only one, and their sessions end.

    Refuses as `read_link` does, and INVALID_REQUEST for what is no good password or PIN.
    """
    link = await read_link(services, token)
    _check_choice(link, password, pin)
    password_hash = await services.passwords.hash(password) if password else None
    pin_hash = await services.passwords.hash(pin) if pin else None
    now = services.clock.now()
    by = Actor(link.org_id, None, link.staff_id, link.name, "page", client_ip)
    async with change(services) as connection:
        person = await hold_person(connection, by, link.staff_id, None)
        used = await connection.fetchval(LINKS.use_link, link.org_id, link.link_id, now)
        if used is None or person.disabled_at is not None:
            raise Refused(Reason.LINK_USED if person.disabled_at is None else Reason.LINK_NOT_FOUND)
        await connection.execute(PEOPLE.set_secrets, link.org_id, link.staff_id, password_hash, pin_hash, True)
        await forget_locks(connection, link.org_id, person.username)
        ended = await end_sessions_of(connection, link.org_id, link.staff_id, now)
        after = {"by": link.kind, "set": "password" if password else "PIN"}
        await record_change(connection, services, by, AuditAction.STAFF_SECRET_SET, link.staff_id, after=after)
    services.announcer.publish(ended)
    telemetry.event(telemetry.STAFF_CHANGED, change="secret", subject=link.staff_id, staff_id=link.staff_id)
    return link


def _check_choice(link: Link, password: str | None, pin: str | None) -> None:
    errors: dict[str, str] = {}
    if bool(password) is bool(pin):
        errors["password"] = "Choose either a password or a PIN" if password else "Choose a password"
    elif pin and link.needs_password:
        errors["pin"] = "Administrators sign in with a password"
    elif password and (wrong := wrong_password(password, username=link.username)):
        errors["password"] = wrong
    elif pin and (wrong := wrong_pin(pin)):
        errors["pin"] = wrong
    refuse_fields(errors)


async def _zone_of(connection: Any, org_id: int) -> str:
    venues = await connection.fetch(PEOPLE.venues_of_organisation, org_id)
    return venues[0]["timezone"] if venues else "UTC"
