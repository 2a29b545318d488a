"""Organisations as whoever runs the installation sees them: listed, read, changed, and added with a first administrator."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import asyncpg

from db.organisation import working_for
from db.statements import load
from hub.access.roles import Role
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND, change, record_change, refuse_fields, refuse_other_version
from hub.actions.staff.accounts import STAFF, check_staff
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.short_names import is_slug, slug_of
from hub.rules.show_texts import LONGEST_NAME, clean_line
from hub.services import Services
from hub.text.languages import N_

ORGANISATIONS = load("staff/organisations")
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""The characters of a password that the hub makes: none is taken for another."""


@dataclass(frozen=True, slots=True)
class OrganisationRecord:
    """An organisation with the number of its venues and of its accounts in use."""

    organisation_id: int
    name: str
    slug: str
    created_at: datetime
    version: int
    venues: int
    staff: int


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """One page of organisations, newest first. `next` is the `before` of the following page; None at the end."""

    organisations: tuple[OrganisationRecord, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class OrganisationDraft:
    """An organisation to add, with its first administrator. Without a slug it gets one from its name, without a password a new one."""

    name: str
    username: str
    administrator: str
    slug: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class AddedOrganisation:
    """A new organisation. `password` is shown this once, if the hub made it."""

    organisation: OrganisationRecord
    username: str
    password: str | None


async def list_organisations(services: Services, *, before: int | None = None, limit: int = 50) -> OrganisationPage:
    with working_for(None):
        rows = await services.database.fetch(ORGANISATIONS.list_organisations, before or BEYOND, limit + 1)
    found = tuple(OrganisationRecord(**row) for row in rows[:limit])
    return OrganisationPage(found, found[-1].organisation_id if len(rows) > limit else None)


async def read_organisation(services: Services, org_id: int) -> OrganisationRecord:
    """Return one organisation. Refuses NOT_FOUND."""
    with working_for(None):
        return await _read(services.database, org_id)


async def add_organisation(
    services: Services, by: Actor | None, draft: OrganisationDraft, *, dry_run: bool = False
) -> AddedOrganisation:
    """Add an organisation with an administrator who can sign in at once. Refuses INVALID_REQUEST with every wrong field.

    `by` is the owner; None for a command.
    """
    name, slug = _check(draft.name, draft.slug)
    made = None if draft.password else "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    password = draft.password or made or ""
    username, administrator = draft.username.strip(), draft.administrator.strip()
    wrong = check_staff(username, administrator, Role.ADMIN, password)
    refuse_fields({"administrator" if one["field"] == "name" else one["field"]: one["message"] for one in wrong})
    password_hash = await services.passwords.hash(password)
    with working_for(None):
        async with change(services, dry_run=dry_run) as connection:
            org_id = await _insert(connection, services, name or "", slug)
            await connection.fetchval(
                STAFF.add_staff, org_id, None, username, administrator, Role.ADMIN.value, password_hash, None
            )
            record = await _read(connection, org_id)
            await _record(
                connection, services, by, AuditAction.ORGANISATION_ADDED, org_id,
                after={**_recorded(record), "administrator": username},
            )  # fmt: skip
    services.venues.forget()
    return AddedOrganisation(record, username, None if dry_run else made)


async def change_organisation(
    services: Services, by: Actor | None, org_id: int, *, name: str | None = None, slug: str | None = None,
    version: int | None = None, dry_run: bool = False,
) -> OrganisationRecord:  # fmt: skip
    """Rename an organisation; None leaves a field as it is. Links with an older short name lead nowhere.

    Refuses NOT_FOUND, VERSION_MISMATCH, and INVALID_REQUEST with every wrong field.
    """
    name, slug = _check(name, slug)
    with working_for(None):
        async with change(services, dry_run=dry_run) as connection:
            row = await connection.fetchrow(ORGANISATIONS.lock_organisation, org_id)
            if row is None:
                raise Refused(Reason.NOT_FOUND)
            refuse_other_version(row, version)
            was = await _read(connection, org_id)
            try:
                await connection.execute(ORGANISATIONS.change_organisation, org_id, name, slug)
            except asyncpg.UniqueViolationError:
                raise _slug_taken() from None
            record = await _read(connection, org_id)
            await _record(
                connection, services, by, AuditAction.ORGANISATION_CHANGED, org_id, before=_recorded(was),
                after=_recorded(record),
            )  # fmt: skip
    services.venues.forget()
    return record


async def _insert(connection: Any, services: Services, name: str, slug: str | None) -> int:
    """Add the row. A short name that only the name suggested, and that is taken, gives way to a random one."""
    suggested = slug or slug_of(name)
    now = services.clock.now()
    try:
        async with connection.transaction():
            added: int = await connection.fetchval(ORGANISATIONS.add_organisation, name, suggested, now)
    except asyncpg.UniqueViolationError:
        if slug is not None:
            raise _slug_taken() from None
        added = await connection.fetchval(ORGANISATIONS.add_organisation, name, None, now)
    return added


async def _record(
    connection: Any, services: Services, by: Actor | None, action: AuditAction, org_id: int, **fields: Any
) -> None:
    """Write the change into the log of the organisation, and into that of the owner if it is another one."""
    owner = by or Actor(org_id)
    if owner.org_id != org_id:
        await record_change(connection, services, owner, action, org_id, **fields)
        owner = replace(owner, org_id=org_id, venue_id=None, staff_id=None)
    await record_change(connection, services, owner, action, org_id, **fields)


def _check(name: str | None, slug: str | None) -> tuple[str | None, str | None]:
    errors: dict[str, str] = {}
    try:
        name = None if name is None else clean_line(name, LONGEST_NAME, required=True)
    except ValueError as wrong:
        errors["name"] = str(wrong)
    slug = None if slug is None else slug.strip().lower()
    if slug is not None and not is_slug(slug):
        errors["slug"] = N_("Give 1 to 40 letters a to z, digits and dashes, and a letter first")
    refuse_fields(errors)
    return name, slug


def _slug_taken() -> Refused:
    return Refused(
        Reason.INVALID_REQUEST,
        errors=[{"field": "slug", "message": N_("Another organisation has this short name")}],
    )


async def _read(database: Any, org_id: int) -> OrganisationRecord:
    row = await database.fetchrow(ORGANISATIONS.read_organisation, org_id)
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    return OrganisationRecord(**row)


def _recorded(record: OrganisationRecord) -> dict[str, Any]:
    return {"name": record.name, "slug": record.slug}
