"""Venues: reading one, listing them, adding one, changing its policies."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from db.statements import load
from hub.actions.venues.organisations import resolve_org
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from hub.rules.venue_policies import known_policies, policies_of
from hub.services import Services

VENUES = load("venues/venues")
FIRST_ORGANISATION = "My organisation"
FIRST_VENUE = "My venue"


async def read_venue(services: Services, org_id: int, venue_id: int) -> Venue:
    """Return the venue; refuses NOT_FOUND if this organisation has no such venue."""
    return await services.venues.read(org_id, venue_id)


async def list_venues(services: Services) -> list[dict[str, Any]]:
    """Every venue of this hub with its policies, each column of `POLICIES` by its name."""
    rows = await services.database.fetch(VENUES.all_venues)
    return [{"org_id": row["org_id"], "organisation": row["organisation"], **_venue_as_dict(row)} for row in rows]


async def add_venue(services: Services, *, name: str, timezone: str, orq: int | None = None) -> dict[str, Any]:
    """Make a venue in an organisation (the only one where none is named; made if there is none)."""
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
) -> dict[str, Any]:
    """Change what is given of a venue and keep the rest; every process follows within `FRESH_SECONDS` of venue_cache.py.

    `policies` are values by column, as the types of hub/rules/venue_policies.py make them; None takes a limit away. The time
    zone can change only while the venue has no slots: their moments were computed in it. A webhook gets a secret of its own
    every time it is set; it is in the answer as `alert_webhook_secret`, this once. Refuses NOT_FOUND and INVALID_REQUEST.
    """
    changes = known_policies(policies)
    if timezone is not None:
        _check_timezone(timezone)
        if await services.database.fetchval(VENUES.has_slots, venue_id):
            raise Refused(Reason.INVALID_REQUEST, message="This venue has slots; their times were set in its time zone")
        changes["timezone"] = timezone
    if name is not None:
        changes["name"] = name
    secret = secrets.token_urlsafe(32) if changes.get("alert_webhook_url") else None
    if secret is not None:
        changes["alert_webhook_secret"] = secret
    row = await services.database.fetchrow(venue_update(list(changes)), venue_id, *changes.values())
    if row is None:
        raise Refused(Reason.NOT_FOUND, message=f"No venue {venue_id}")
    services.venues.forget()
    made = {"alert_webhook_secret": secret} if secret else {}
    return {"org_id": row["org_id"], **_venue_as_dict(row), **made}


def venue_update(columns: Sequence[str]) -> str:
    """The statement that sets these columns of the venue $1 to $2, $3 and so on, and returns the whole row.

    The columns are constants of ours, never what somebody has typed. Without any column the row is only read.
    """
    if not columns:
        return VENUES.venue_row
    setting = ", ".join(f"{column} = ${n}" for n, column in enumerate(columns, start=2))
    return f"UPDATE venues SET {setting} WHERE id = $1 RETURNING *"  # noqa: S608


def _venue_as_dict(row: Any) -> dict[str, Any]:
    """What is said of a venue; `row` is a whole row of `venues`, of which the webhook's secret stays here."""
    return {"venue_id": row["id"], "name": row["name"], "timezone": row["timezone"], **policies_of(row)}


def _check_timezone(timezone: str) -> None:
    if timezone not in available_timezones():
        raise Refused(Reason.INVALID_REQUEST, message=f"{timezone!r} is no time zone; say e.g. Europe/Rome")


async def found_first_organisation(services: Services) -> None:
    """Make an organisation if there is none: a hub with one organisation never has to name it."""
    async with services.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(7351002)")
        if not await connection.fetch(VENUES.organisations):
            await connection.fetchval(VENUES.add_organisation, FIRST_ORGANISATION)
    services.venues.forget()


async def found_first_venue(services: Services) -> None:
    """Make a venue if there is none, so that slots, staff and tickets can be made at once; in UTC until it is set."""
    if not await services.database.fetch(VENUES.venue_anywhere, None):
        await add_venue(services, name=FIRST_VENUE, timezone="UTC")
