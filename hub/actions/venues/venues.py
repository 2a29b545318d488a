"""The deeds about venues: looking one up, making one, setting its policies."""

import secrets
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from db.statements import load
from hub.actions.venues.organisations import resolve_org
from hub.actions.venues.venue_cache import Venue
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

VENUES = load("venues/venues")
FIRST_ORGANISATION = "My organisation"
FIRST_VENUE = "My venue"


@dataclass(frozen=True, slots=True)
class Policies:
    """What to change of a venue; None leaves it.

    -1 takes a limit away: `early_entry_minutes` (from midnight of the day), `waitlist_offer_minutes` (no waiting list),
    `no_show_release_minutes` (unused places are never given back), `duplicate_alarm_minutes` (no alarm), and the thresholds of the alerts (not watched).
    """

    name: str | None = None
    unreserved_entry: str | None = None
    late_entry_minutes: int | None = None
    early_entry_minutes: int | None = None
    change_cutoff_hours: int | None = None
    show_contact: str | None = None
    timezone: str | None = None
    address: str | None = None
    language: str | None = None
    country: str | None = None
    contact_check: str | None = None
    reminder_hours: tuple[int, ...] | None = None
    waitlist_offer_minutes: int | None = None
    no_show_release_minutes: int | None = None
    re_entry: str | None = None
    duplicate_alarm_minutes: int | None = None
    alert_failure_percent: int | None = None
    alert_utilisation_percent: int | None = None
    alert_latency_ms: int | None = None
    alert_login_failures: int | None = None
    alert_emails: tuple[str, ...] | None = None
    alert_webhook_url: str | None = None
    """Empty: none any more. A secret is made for every address that is set; `set_policies` gives it back, once."""


async def read_venue(services: Services, org_id: int, venue_id: int) -> Venue:
    """Return the venue; refuses NOT_FOUND where this organisation has no such venue."""
    return await services.venues.read(org_id, venue_id)


async def list_venues(services: Services) -> list[dict[str, Any]]:
    """Every venue of this hub with its policies."""
    return [dict(row) for row in await services.database.fetch(VENUES.all_venues)]


async def add_venue(services: Services, *, name: str, timezone: str, orq: int | None = None) -> dict[str, Any]:
    """Make a venue in an organisation (the only one where none is named; made where there is none)."""
    _check_timezone(timezone)
    await found_first_organisation(services)
    org_id = await resolve_org(services, orq)
    venue_id = await services.database.fetchval(VENUES.add_venue, org_id, name, timezone)
    return {"org_id": org_id, "venue_id": venue_id, "name": name, "timezone": ZoneInfo(timezone).key}


async def set_policies(services: Services, venue_id: int, policies: Policies) -> dict[str, Any]:
    """Change a venue's policies; every process follows within `FRESH_SECONDS` of hub/actions/venues/venue_cache.py.

    The time zone can change only while the venue has no slots: their moments were computed in it.
    """
    if policies.timezone is not None:
        _check_timezone(policies.timezone)
        if await services.database.fetchval(VENUES.has_slots, venue_id):
            raise Refused(Reason.INVALID_REQUEST, message="This venue has slots; their times were set in its time zone")
    secret = secrets.token_urlsafe(32) if policies.alert_webhook_url else None
    row = await services.database.fetchrow(
        VENUES.set_policies,
        venue_id,
        policies.name,
        policies.unreserved_entry,
        policies.late_entry_minutes,
        policies.early_entry_minutes,
        policies.change_cutoff_hours,
        policies.show_contact,
        policies.timezone,
        policies.address,
        policies.language,
        policies.country,
        policies.contact_check,
        policies.reminder_hours,
        policies.waitlist_offer_minutes,
        policies.no_show_release_minutes,
        policies.re_entry,
        policies.duplicate_alarm_minutes,
        policies.alert_failure_percent,
        policies.alert_utilisation_percent,
        policies.alert_latency_ms,
        policies.alert_login_failures,
        policies.alert_emails,
        policies.alert_webhook_url,
        secret,
    )
    if row is None:
        raise Refused(Reason.NOT_FOUND, message=f"No venue {venue_id}")
    services.venues.forget()
    return dict(row) | ({"alert_webhook_secret": secret} if secret else {})


def _check_timezone(timezone: str) -> None:
    if timezone not in available_timezones():
        raise Refused(Reason.INVALID_REQUEST, message=f"{timezone!r} is no time zone; say e.g. Europe/Rome")


async def found_first_organisation(services: Services) -> None:
    """Make an organisation where there is none: the hub of a single house never has to name it."""
    async with services.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(7351002)")
        if not await connection.fetch(VENUES.organisations):
            await connection.fetchval(VENUES.add_organisation, FIRST_ORGANISATION)
    services.venues.forget()


async def found_first_venue(services: Services) -> None:
    """Make a venue where there is none, so that slots, staff and tickets can be made at once; in UTC until it is set."""
    if not await services.database.fetch(VENUES.venue_anywhere, None):
        await add_venue(services, name=FIRST_VENUE, timezone="UTC")
