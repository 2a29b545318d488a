"""Venues as their administrators see them: listed, read, added, changed and deleted, with the version that was read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import asyncpg

from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND, change, record_change, refuse_fields, refuse_other_version
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import LONGEST_NAME, clean_line
from hub.services import Services
from hub.text.languages import LANGUAGES, N_
from hub.text.phone_countries import countries

VENUES = load("venues/venues")
LONGEST_ADDRESS = 300


@dataclass(frozen=True, slots=True)
class VenueRecord:
    """A venue with the number of its gates in use and the hash of its logo. With slots its time zone is fixed."""

    venue_id: int
    name: str
    timezone: str
    address: str
    country: str
    language: str
    gates: int
    has_slots: bool
    version: int
    logo: str | None
    logo_width: int | None
    logo_height: int | None


@dataclass(frozen=True, slots=True)
class VenuePage:
    """One page of venues, newest first. `next` is the `before` of the following page; None at the end."""

    venues: tuple[VenueRecord, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class VenueDraft:
    """A venue to add."""

    name: str
    timezone: str
    address: str = ""
    country: str = "US"
    language: str = "en"


@dataclass(frozen=True, slots=True)
class VenueChange:
    """What changes in a venue. None leaves it as it is."""

    name: str | None = None
    timezone: str | None = None
    address: str | None = None
    country: str | None = None
    language: str | None = None


async def list_venue_records(
    services: Services, org_id: int, *, before: int | None = None, limit: int = 50
) -> VenuePage:
    rows = await services.database.fetch(VENUES.list_venues, org_id, before or BEYOND, limit + 1)
    venues = tuple(_venue(row) for row in rows[:limit])
    return VenuePage(venues, venues[-1].venue_id if len(rows) > limit else None)


async def read_venue_record(services: Services, org_id: int, venue_id: int) -> VenueRecord:
    """Return one venue. Refuses NOT_FOUND."""
    return await _read(services.database, org_id, venue_id)


async def add_venue_record(services: Services, by: Actor, draft: VenueDraft, *, dry_run: bool = False) -> VenueRecord:
    """Add a venue. Refuses INVALID_REQUEST with every wrong field, and FORBIDDEN to whoever may act at some venues only."""
    refuse_other_venue(by, None)
    described = check_venue(VenueChange(draft.name, draft.timezone, draft.address, draft.country, draft.language))
    async with change(services, dry_run=dry_run) as connection:
        venue_id = await connection.fetchval(
            VENUES.add_described_venue, by.org_id, described.name, described.timezone, described.address, described.country,
            described.language,
        )  # fmt: skip
        venue = await _read(connection, by.org_id, venue_id)
        await record_change(
            connection, services, by, AuditAction.VENUE_ADDED, venue_id, venue_id=venue_id, after=_recorded(venue)
        )
    services.venues.forget()
    return venue


async def change_venue_record(
    services: Services, by: Actor, venue_id: int, changes: VenueChange, *, version: int | None = None, dry_run: bool = False
) -> VenueRecord:  # fmt: skip
    """Change a venue; every process sees it within seconds. Another time zone is refused once the venue has slots.

    Refuses NOT_FOUND, FORBIDDEN outside of the scope, VERSION_MISMATCH, and INVALID_REQUEST with every wrong field.
    """
    described = check_venue(changes)
    async with change(services, dry_run=dry_run) as connection:
        row = await connection.fetchrow(VENUES.lock_venue, by.org_id, venue_id)
        if row is None:
            raise Refused(Reason.NOT_FOUND)
        refuse_other_venue(by, venue_id)
        refuse_other_version(row, version)
        was = await _read(connection, by.org_id, venue_id)
        if described.timezone not in (None, was.timezone) and was.has_slots:
            refuse_fields({"timezone": N_("This venue has slots, whose times were set in its time zone")})
        await connection.execute(
            VENUES.describe_venue, by.org_id, venue_id, described.name, described.timezone, described.address,
            described.country, described.language,
        )  # fmt: skip
        venue = await _read(connection, by.org_id, venue_id)
        await record_change(
            connection, services, by, AuditAction.VENUE_CHANGED, venue_id, venue_id=venue_id, before=_recorded(was),
            after=_recorded(venue),
        )  # fmt: skip
    services.venues.forget()
    return venue


async def delete_venue_record(
    services: Services, by: Actor, venue_id: int, *, version: int | None = None, dry_run: bool = False
) -> None:
    """Delete a venue that nothing belongs to. Refuses NOT_FOUND, FORBIDDEN, VERSION_MISMATCH and VENUE_IN_USE."""
    async with change(services, dry_run=dry_run) as connection:
        row = await connection.fetchrow(VENUES.lock_venue, by.org_id, venue_id)
        if row is None:
            raise Refused(Reason.NOT_FOUND)
        refuse_other_venue(by, venue_id)
        refuse_other_version(row, version)
        was = await _read(connection, by.org_id, venue_id)
        try:
            if await connection.fetchval(VENUES.delete_venue, by.org_id, venue_id) is None:
                raise Refused(Reason.VENUE_IN_USE)
        except asyncpg.ForeignKeyViolationError:
            raise Refused(Reason.VENUE_IN_USE) from None
        await record_change(
            connection, services, by, AuditAction.VENUE_DELETED, venue_id, venue_id=venue_id, before=_recorded(was)
        )
    services.venues.forget()


def check_venue(changes: VenueChange) -> VenueChange:
    """Return the fields as they are stored. Refuses INVALID_REQUEST with every wrong one; None is not checked."""
    errors: dict[str, str] = {}
    cleaned: dict[str, str] = {}
    for field, text, longest in (("name", changes.name, LONGEST_NAME), ("address", changes.address, LONGEST_ADDRESS)):
        try:
            if text is not None:
                cleaned[field] = clean_line(text, longest, required=field == "name")
        except ValueError as wrong:
            errors[field] = str(wrong)
    country = None if changes.country is None else changes.country.strip().upper()
    if changes.timezone is not None and changes.timezone not in time_zones():
        errors["timezone"] = N_("Choose a time zone of the list, such as Europe/Rome")
    # Without a country that of the time zone is meant: an unknown one is what is wrong.
    if (
        country is not None
        and (country or "timezone" not in errors)
        and country not in {one.code for one in countries("en")}
    ):
        errors["country"] = N_("Choose a country")
    if changes.language is not None and changes.language not in LANGUAGES:
        errors["language"] = N_("Choose a language")
    refuse_fields(errors)
    return VenueChange(cleaned.get("name"), changes.timezone, cleaned.get("address"), country, changes.language)


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all time zones that a place may have: `Europe/Rome`, not `Etc/GMT+1`."""
    places = {
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    }
    return frozenset(places | {"UTC"})


async def _read(database: Any, org_id: int, venue_id: int) -> VenueRecord:
    row = await database.fetchrow(VENUES.read_venue_record, org_id, venue_id)
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    return _venue(row)


def _recorded(venue: VenueRecord) -> dict[str, Any]:
    """Return what the audit log keeps of a venue."""
    return {name: getattr(venue, name) for name in ("name", "timezone", "address", "country", "language")}


def _venue(row: Any) -> VenueRecord:
    return VenueRecord(**row)
