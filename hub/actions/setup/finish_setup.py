"""The end of the first set-up: organisation, venue, gates, slots and staff are made in one transaction, once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from db.statements import load
from hub.access.roles import Role
from hub.access.tokens import Staff
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import record_change
from hub.actions.setup.setup_draft import Draft, Hours, Person, draft_of, plan_week
from hub.actions.staff.accounts import STAFF
from hub.events.announcements import SlotsEdited
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.short_names import slug_of
from hub.rules.venue_day import today
from hub.services import Services

SETUP = load("setup/first_setup")
OPENING = load("venues/opening_hours")
VENUES = load("venues/venues")
SLOTS = load("venues/slots")
EARLY_ENTRY_MINUTES = 60
"""How long before their time visitors of a new venue are let in. The page of hours says so, and a policy changes it."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the set-up has made. `owner` can sign in at once."""

    owner: Staff
    venue_id: int
    slots: int


async def finish_setup(services: Services, *, client_ip: str | None = None) -> SetUp:
    """Make everything that was entered. Refuses NOT_FOUND if it was made already, and INVALID_REQUEST if a part is missing."""
    async with services.database.transaction() as connection:
        await connection.execute(SETUP.lock_founding)
        row = await connection.fetchrow(SETUP.lock_setup)
        if row is None or row["finished_at"] is not None or await connection.fetchval(SETUP.has_staff):
            raise Refused(Reason.NOT_FOUND)
        draft = draft_of(row["draft"])
        place, hours, owner = draft.place, draft.hours, draft.owner
        if draft.missing or place is None or hours is None or owner is None:
            raise Refused(Reason.INVALID_REQUEST, errors=[{"field": draft.missing, "message": "This part is missing"}])
        org_id, venue_id = await _found(connection, draft)
        await connection.execute(SETUP.add_gates, org_id, venue_id, list(draft.gates))
        await _keep_hours(connection, services, org_id, venue_id, hours)
        await connection.execute(SETUP.open_before_slots, org_id, venue_id, EARLY_ENTRY_MINUTES)
        zone = ZoneInfo(place.timezone)
        planned = plan_week(hours, today(services.clock.now(), zone), zone)
        await connection.fetch(
            SLOTS.add_slots, org_id, venue_id, [s.date for s in planned], [s.start_time for s in planned],
            [s.end_time for s in planned], [s.starts_at for s in planned], [s.ends_at for s in planned], hours.capacity,
        )  # fmt: skip
        staff_id = await _hire(connection, org_id, None, owner, Role.OWNER)
        for operator in draft.operators:
            await _hire(connection, org_id, venue_id, operator, Role.OPERATOR)
        await connection.execute(SETUP.finish_setup, services.clock.now(), org_id)
        by = Actor(org_id, venue_id, staff_id, owner.name, "setup", client_ip)
        made = {
            "organisation": place.organisation, "venue": place.venue, "gates": list(draft.gates), "slots": len(planned),
            "staff": 1 + len(draft.operators),
        }  # fmt: skip
        await record_change(connection, services, by, AuditAction.SETUP_FINISHED, org_id, venue_id=venue_id, after=made)
    services.venues.forget()
    services.announcer.publish([SlotsEdited(org_id)])
    telemetry.event(telemetry.SETUP_FINISHED, org_id=org_id, venue_id=venue_id, slots=len(planned))
    return SetUp(Staff(staff_id, org_id, venue_id, owner.name, Role.OWNER), venue_id, len(planned))


async def _found(connection: Any, draft: Draft) -> tuple[int, int]:
    """Return the organisation and the venue: those that a command made on the empty hub, renamed, or new ones."""
    place = draft.place
    assert place is not None
    only = await connection.fetchrow(SETUP.only_organisation)
    org_id, venue_id = (None, None) if only is None else tuple(only)
    slug = slug_of(place.organisation)
    if slug is None or await connection.fetchval(SETUP.is_slug_taken, slug, org_id):
        slug = f"org-{secrets.token_hex(4)}"
    if org_id is None:
        org_id = await connection.fetchval(SETUP.add_organisation, place.organisation, slug)
    else:
        await connection.execute(SETUP.name_organisation, org_id, place.organisation, slug)
    described = (place.venue, place.timezone, place.address, place.country, place.language)
    if venue_id is None:
        venue_id = await connection.fetchval(VENUES.add_described_venue, org_id, *described)
    else:
        await connection.execute(VENUES.describe_venue, org_id, venue_id, *described)
    return org_id, venue_id


async def _keep_hours(connection: Any, services: Services, org_id: int, venue_id: int, hours: Hours) -> None:
    """Keep the opening hours of the venue, from which its later slots are made."""
    await connection.fetchval(OPENING.write_week, org_id, venue_id, services.clock.now())
    await connection.execute(OPENING.drop_hours, org_id, venue_id)
    days = sorted(hours.days.items())
    await connection.execute(
        OPENING.add_hours, org_id, venue_id, [int(day) for day, _ in days], [time.fromisoformat(one[0]) for _, one in days],
        [time.fromisoformat(one[1]) for _, one in days], [hours.minutes] * len(days), [hours.capacity] * len(days),
    )  # fmt: skip


async def _hire(connection: Any, org_id: int, venue_id: int | None, person: Person, role: Role) -> int:
    password, pin = (person.secret_hash, None) if role is Role.OWNER else (None, person.secret_hash)
    staff_id: int = await connection.fetchval(
        STAFF.add_staff, org_id, venue_id, person.username, person.name, role.value, password, pin
    )
    return staff_id
