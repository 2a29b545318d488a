"""Sign-in as an administrator sees it: who has a second factor, and a reset for somebody who lost the telephone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson

from db.statements import load
from hub.access.roles import Role, at_least
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND, change, record_change
from hub.actions.staff.people import refuse_beyond
from hub.observability.telemetry import SECOND_FACTOR_CHANGED, event
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from hub.services import Services

FACTORS = load("staff/second_factors")
SETTINGS = load("staff/sign_in_settings")


@dataclass(frozen=True, slots=True)
class Person:
    """How one member of staff signs in. `connected_at` is when the account was connected with the present provider."""

    staff_id: int
    username: str
    name: str
    role: Role
    has_password: bool
    second_factor_since: datetime | None
    second_factor_used_at: datetime | None
    recovery_codes_left: int
    connected_at: datetime | None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of people, newest first. `next` is the `before` of the following page; None at the end."""

    people: tuple[Person, ...]
    next: int | None


async def list_people(
    services: Services, by: Actor, *, has_second_factor: bool | None = None, before: int | None = None, limit: int = 50
) -> PeoplePage:
    """Return everybody within the scope of `by` who may sign in, or only those with or without a second factor."""
    settings = await services.database.fetchrow(SETTINGS.read_settings, by.org_id)
    rows = await services.database.fetch(
        FACTORS.list_people,
        by.org_id,
        before or BEYOND,
        limit + 1,
        has_second_factor,
        settings["oidc_issuer"],
        list(by.venue_ids),
    )
    people = tuple(
        Person(row["staff_id"], row["username"], row["name"], Role(row["role"]), row["has_password"], row["made_at"],
               row["used_at"], row["codes_left"], row["linked_at"])
        for row in rows[:limit]
    )  # fmt: skip
    return PeoplePage(people, people[-1].staff_id if len(rows) > limit else None)


async def find_person(services: Services, by: Actor, username: str) -> int:
    """Return the id of the person with this user name. Refuses NOT_FOUND."""
    rows = await services.database.fetch(SETTINGS.person_by_username, by.org_id, username.strip())
    if not rows:
        raise Refused(Reason.NOT_FOUND)
    found: int = rows[0]["id"]
    return found


async def reset_second_factor(
    services: Services, by: Actor, staff_id: int, *, role: Role | None = None, dry_run: bool = False
) -> str:
    """Remove somebody's second factor and tell them by mail, if their address is known. Returns their user name.

    `role` is that of whoever asks; None for the machine's owner. Refuses NOT_FOUND, SECOND_FACTOR_NOT_FOUND, and FORBIDDEN for
    a person of a higher role or outside of the scope of `by`.
    """
    now = services.clock.now()
    async with change(services, dry_run=dry_run) as connection:
        person = await connection.fetchrow(FACTORS.read_person, by.org_id, staff_id)
        if person is None:
            raise Refused(Reason.NOT_FOUND)
        if role is not None and not at_least(role, Role(person["role"])):
            raise Refused(Reason.FORBIDDEN)
        refuse_beyond(by, person["role"], person["venue_ids"])
        if not await connection.fetchval(FACTORS.remove_second_factor, by.org_id, staff_id):
            raise Refused(Reason.SECOND_FACTOR_NOT_FOUND)
        if person["email"]:
            payload = {"name": person["name"], "username": person["username"], "by": by.name, "at": rfc3339(now),
                       "timezone": person["timezone"]}  # fmt: skip
            await connection.execute(
                FACTORS.write_to_person, by.org_id, "staff.second_factor_reset", person["email"], person["language"],
                orjson.dumps(payload).decode(), now,
            )  # fmt: skip
        await record_change(connection, services, by, AuditAction.SECOND_FACTOR_RESET, staff_id,
                            before={"username": person["username"]})  # fmt: skip
    if not dry_run:
        event(SECOND_FACTOR_CHANGED, "WARNING", change="reset", org_id=by.org_id, staff_id=staff_id, by=by.staff_id)
    return str(person["username"])
