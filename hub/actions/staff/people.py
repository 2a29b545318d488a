"""People: staff accounts as administrators list and read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal, cast

from db.organisation import working_for
from db.statements import load
from hub.access.roles import Role, at_least
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

PEOPLE = load("staff/people")

PersonStatus = Literal["ACTIVE", "INVITED", "DISABLED"]
STATUSES: tuple[PersonStatus, ...] = ("ACTIVE", "INVITED", "DISABLED")
"""INVITED: somebody who has neither password nor PIN yet, and so cannot sign in."""


ROLES = tuple(role.value for role in Role)


@dataclass(frozen=True, slots=True)
class PersonShift:
    """A shift on the clock of the person's venue, with its two moments."""

    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A staff account. Empty `venue_ids`, `gate_ids` and `shifts` are no limit; `gates` are the names of the gates.

    `invited_until` is when the invitation that is still good, or was, expires.
    """

    staff_id: int
    username: str
    name: str
    role: str
    email: str | None
    status: PersonStatus
    venue_ids: tuple[int, ...]
    gate_ids: tuple[int, ...]
    gates: tuple[str, ...]
    valid_from: datetime | None
    valid_until: datetime | None
    shifts: tuple[PersonShift, ...]
    has_password: bool
    has_pin: bool
    invited_until: datetime | None
    last_signed_in_at: datetime | None
    disabled_at: datetime | None
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Whom a list has: everybody whose name, user name or address has words that begin like those of `text`, and so on."""

    text: str = ""
    role: str | None = None
    venue_id: int | None = None
    status: PersonStatus | None = None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of people, newest first. `next` is the `before` of the following page; None at the end."""

    people: tuple[Person, ...]
    next: int | None


async def list_people(
    services: Services, by: Actor, wanted: PeopleFilter | None = None, *, before: int | None = None, limit: int = 50
) -> PeoplePage:
    """Return the people who match. An administrator of some venues sees those who work at none but these."""
    wanted = wanted or PeopleFilter()
    words = re.findall(r"\w+", wanted.text.lower().replace("_", " "))
    if wanted.text.strip() and not words:
        return PeoplePage((), None)
    query = " & ".join(f"{word}:*" for word in words[:8]) or None
    asked = (
        by.org_id, before or BEYOND, limit + 1, query, wanted.role, wanted.venue_id, wanted.status, list(by.venue_ids),
    )  # fmt: skip
    if query is None:
        rows = await services.database.fetch(PEOPLE.list_people, *asked)
    else:
        # Row-level security would hide the index of words. It guards the rows of these ids afterwards.
        with working_for(None):
            found = await services.database.fetch(PEOPLE.list_people, *asked)
        own = await services.database.fetch(PEOPLE.own_people, by.org_id, [row["id"] for row in found])
        known = {row["id"] for row in own}
        rows = [row for row in found if row["id"] in known]
    people = await _with_shifts(services.database, by.org_id, rows[:limit])
    return PeoplePage(tuple(people), people[-1].staff_id if len(rows) > limit else None)


async def read_person(services: Services, by: Actor, staff_id: int) -> Person:
    """Return one person. Refuses STAFF_NOT_FOUND, and FORBIDDEN for somebody outside of the administrator's own scope."""
    person = await person_of(services.database, by.org_id, staff_id)
    refuse_beyond(by, person.role, person.venue_ids)
    return person


async def person_of(database: Any, org_id: int, staff_id: int) -> Person:
    """Return a person as `database` or a transaction sees them. Refuses STAFF_NOT_FOUND."""
    row = await database.fetchrow(PEOPLE.read_person, org_id, staff_id)
    if row is None:
        raise Refused(Reason.STAFF_NOT_FOUND)
    return (await _with_shifts(database, org_id, [row]))[0]


async def id_of_username(services: Services, org_id: int, username: str) -> int:
    """Return the id of a user name, in any case. Refuses STAFF_NOT_FOUND."""
    with working_for(None):  # row-level security would hide the index of names; the statement names its organisation
        found: int | None = await services.database.fetchval(PEOPLE.person_by_username, org_id, username)
    if found is None:
        raise Refused(Reason.STAFF_NOT_FOUND)
    return found


def refuse_beyond(by: Actor, role: str, venue_ids: Sequence[int]) -> None:
    """Refuse FORBIDDEN to give or touch a role above one's own, or a scope beyond one's own."""
    if by.role is not None and not at_least(by.role, Role(role)):
        raise Refused(Reason.FORBIDDEN)
    if by.venue_ids:
        for venue_id in venue_ids or (None,):
            refuse_other_venue(by, venue_id)


async def _with_shifts(database: Any, org_id: int, rows: Sequence[Any]) -> list[Person]:
    if not rows:
        return []
    shifts: dict[int, list[PersonShift]] = {}
    for row in await database.fetch(PEOPLE.shifts_of_people, org_id, [row["id"] for row in rows]):
        shifts.setdefault(row["staff_id"], []).append(PersonShift(*row[1:]))
    return [_person(row, tuple(shifts.get(row["id"], ()))) for row in rows]


def _person(row: Any, shifts: tuple[PersonShift, ...]) -> Person:
    has_secret = row["has_password"] or row["has_pin"]
    status = "DISABLED" if row["disabled_at"] is not None else "ACTIVE" if has_secret else "INVITED"
    return Person(
        row["id"], row["username"], row["name"], row["role"], row["email"], cast("PersonStatus", status),
        tuple(row["venue_ids"]), tuple(row["gate_ids"]), tuple(row["gates"]), row["valid_from"], row["valid_until"], shifts,
        row["has_password"], row["has_pin"], row["invited_until"], row["last_signed_in_at"], row["disabled_at"],
        row["created_at"], row["version"],
    )  # fmt: skip
