"""Venues: reads, lists and adds venues, and changes their policies."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_other_version
from hub.actions.venues.organisations import resolve_org
from hub.rules.address_list import Address, allows, networks_of
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from hub.rules.venue_policies import known_policies, policies_of
from hub.services import Services
from hub.text.languages import N_

VENUES = load("venues/venues")
SETUP = load("setup/first_setup")
FIRST_ORGANISATION = "My organisation"
FIRST_VENUE = "My venue"


async def read_venue(services: Services, org_id: int, venue_id: int) -> Venue:
    """Return the venue; refuses NOT_FOUND if this organisation has no such venue."""
    return await services.venues.read(org_id, venue_id)


async def venue_of(services: Services, by: Actor, venue_id: int | None) -> int:
    """Return the venue for something new: the named one, the login's, or the first. Refuses NOT_FOUND for an unknown one, and FORBIDDEN outside of the scope."""
    wanted = venue_id or by.venue_id
    refuse_other_venue(by, wanted)
    if wanted is not None:
        return (await services.venues.read(by.org_id, wanted)).id
    first = await services.venues.first(by.org_id)
    if first is None:
        raise Refused(Reason.NOT_FOUND, message=N_("There is no venue yet"))
    return first.id


async def list_venues(services: Services) -> list[dict[str, Any]]:
    """Return every venue of this hub, with its policies by column name of `POLICIES`."""
    rows = await services.database.fetch(VENUES.all_venues)
    return [{"org_id": row["org_id"], "organisation": row["organisation"], **_venue_as_dict(row)} for row in rows]


async def add_venue(services: Services, *, name: str, timezone: str, orq: int | None = None) -> dict[str, Any]:
    """Add a venue to an organisation: the named one, the only one, or a new one if there is none."""
    _check_timezone(timezone)
    await found_first_organisation(services)
    org_id = await resolve_org(services, orq)
    venue_id = await services.database.fetchval(VENUES.add_venue, org_id, name, timezone)
    return {"org_id": org_id, "venue_id": venue_id, "name": name, "timezone": ZoneInfo(timezone).key}


async def change_venue(
    services: Services,
    venue_id: int,
    policies: Mapping[str, Any],
    *,
    name: str | None = None,
    timezone: str | None = None,
    address: Address | None = None,
    by: Actor | None = None,
    version: int | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Change the given fields of a venue; every process sees them within `FRESH_SECONDS` of venue_cache.py.

    `policies` maps columns to values, as parsed by hub/rules/venue_policies.py; None removes a limit. The time zone can change
    only while the venue has no slots, because their timestamps were computed with it. Every time a webhook is set it gets a
    new secret, which only this answer shows, as `alert_webhook_secret`. `address` is that of whoever changes it, unless they
    confirmed that it may be locked out. `by` may change only a venue of its own organisation and scope; without it a command
    changes any. Refuses NOT_FOUND, VERSION_MISMATCH, INVALID_REQUEST and ADDRESS_LOCKS_YOU_OUT.
    """
    changes = known_policies(policies)
    if address is not None and not allows(networks_of(changes.get("ip_allow_list", ())), address):
        raise Refused(Reason.ADDRESS_LOCKS_YOU_OUT, address=str(address))
    if timezone is not None:
        _check_timezone(timezone)
        changes["timezone"] = timezone
    if name is not None:
        changes["name"] = name
    secret = secrets.token_urlsafe(32) if changes.get("alert_webhook_url") else None
    async with change(services, dry_run=dry_run) as connection:
        before = await connection.fetchrow(VENUES.lock_policies, venue_id)
        if before is None or (by is not None and before["org_id"] != by.org_id):
            raise Refused(Reason.NOT_FOUND, message=f"No venue {venue_id}")
        if by is not None:
            refuse_other_venue(by, venue_id)
        refuse_other_version(before, version)
        if timezone is not None and await connection.fetchval(VENUES.has_slots, venue_id):
            raise Refused(Reason.INVALID_REQUEST, message="This venue has slots; their times were set in its time zone")
        written = {**changes, **({} if secret is None else {"alert_webhook_secret": secret})}
        row = await connection.fetchrow(venue_update(list(written)), venue_id, *written.values())
        was, became = _recorded(before, changes), _recorded(row, changes)
        if was != became:
            await record_change(
                connection, services, by or Actor(before["org_id"]), AuditAction.VENUE_POLICIES_CHANGED, venue_id,
                venue_id=venue_id, before=was, after=became,
            )  # fmt: skip
    if not dry_run:
        services.venues.forget()
    made = {"alert_webhook_secret": secret} if secret and not dry_run else {}
    return {"org_id": row["org_id"], **_venue_as_dict(row), **made}


def venue_update(columns: Sequence[str]) -> str:
    """Return the statement that sets these columns of venue $1 to $2, $3 and so on, and returns the whole row.

    The column names are constants, never user input. Without columns the statement only reads the row.
    """
    if not columns:
        return VENUES.venue_row
    setting = ", ".join(f"{column} = ${n}" for n, column in enumerate(columns, start=2))
    return f"UPDATE venues SET {setting}, version = version + 1 WHERE id = $1 RETURNING *"  # noqa: S608


def _recorded(row: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the audit log keeps of the changed columns. The webhook's secret is none of them."""
    return {column: row[column] for column in changes}


def _venue_as_dict(row: Any) -> dict[str, Any]:
    """Return the public fields of a row of `venues`. The webhook's secret is left out."""
    fields = {"venue_id": row["id"], "name": row["name"], "timezone": row["timezone"], "version": row["version"]}
    return {**fields, **policies_of(row)}


def _check_timezone(timezone: str) -> None:
    if timezone not in available_timezones():
        raise Refused(Reason.INVALID_REQUEST, message=f"{timezone!r} is no time zone; say e.g. Europe/Rome")


async def found_first_organisation(services: Services) -> None:
    """Create an organisation if there is none. A hub with one organisation never has to name it."""
    async with services.database.transaction() as connection:
        await connection.execute(SETUP.lock_founding)
        if not await connection.fetch(VENUES.organisations):
            await connection.fetchval(VENUES.add_organisation, FIRST_ORGANISATION)
    services.venues.forget()


async def found_first_venue(services: Services) -> None:
    """Create a venue if there is none, so that slots, staff and tickets can be added at once. Its time zone is UTC.

    Of processes that start together one creates it.
    """
    if await services.database.fetch(VENUES.venue_anywhere, None):
        return
    await found_first_organisation(services)
    org_id = await resolve_org(services, None)
    async with services.database.transaction() as connection:
        await connection.execute(SETUP.lock_founding)
        if not await connection.fetch(VENUES.venue_anywhere, None):
            await connection.fetchval(VENUES.add_venue, org_id, FIRST_VENUE, "UTC")
    services.venues.forget()
