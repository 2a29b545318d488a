"""The customer's pages that need no link: the landing page and the booking page."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from aiohttp import web

from db.pool import DatabaseDown
from hub.actions.shows.read_shows import shows_are_on
from hub.confirmation.contact_links import map_url
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from hub.rules.venue import Venue
from hub.services import Services
from web.keys import SERVICES
from web.pages.kept_pages import kept_page
from web.pages.plain.draft import START
from web.redirects import see_other


class Specimen(NamedTuple):
    day: date
    start: time
    end: time


SPECIMEN_AHEAD = timedelta(days=7)
"""How far ahead the visit of the ticket lies that decorates the landing page: never in the past."""
LONGEST_TICKET_QUERY = 1_000
"""Maximum characters of `?ticket=`, enough for twenty codes of any shop."""


async def show_landing(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    return kept_page(
        request,
        "landing.html",
        {},
        packed=True,
        development=services.settings.shows_mailbox,
        specimen=Specimen(services.clock.now().date() + SPECIMEN_AHEAD, time(12), time(14)),
        has_shows=await _has_shows(services),
    )


async def _has_shows(services: Services) -> bool:
    """Return whether the only organisation has shows to book. The page must stand while Postgres does not answer."""
    try:
        org_id = await services.venues.only_organisation()
        return org_id is not None and await shows_are_on(services, org_id)
    except DatabaseDown:
        return False


async def show_booking(request: web.Request) -> web.Response:
    """Show the booking page of the only venue, or of all. `?ticket=CODE` fills in one code, or several with commas between."""
    venue, services = None, request.app[SERVICES]
    try:
        only = await services.venues.only_organisation()
        if only is not None and request.query.get("orq", str(only)) == str(only):
            bookable = await services.venues.bookable(services.clock.now())
            venue = bookable[0] if len(bookable) == 1 else None
    except DatabaseDown:
        pass  # The page must stand while Postgres does not answer.
    return _booking_page(request, venue)


async def show_venue_booking(request: web.Request) -> web.Response:
    """Show the booking page of the venue in the address, `/v/{slug}/reserve`. Refuses NOT_FOUND."""
    return _booking_page(request, await venue_in_address(request))


async def show_venue(request: web.Request) -> web.Response:
    return see_other(f"/v/{(await venue_in_address(request)).slug}/reserve")


async def venue_in_address(request: web.Request) -> Venue:
    """Return the venue that the address names. Refuses NOT_FOUND."""
    services = request.app[SERVICES]
    venue = await services.venues.of_slug(request.match_info["slug"].lower(), services.clock.now())
    if venue is None:
        raise Refused(Reason.NOT_FOUND)
    return venue


def _booking_page(request: web.Request, venue: Venue | None) -> web.Response:
    code = request.query.get("ticket", "")[:LONGEST_TICKET_QUERY]
    now = request.app[SERVICES].clock.now().replace(microsecond=0)
    kept = {name: value for name in ("ticket", "orq") if (value := request.query.get(name, "")[:LONGEST_TICKET_QUERY])}
    filled = {"ticket_code": code, "now": rfc3339(now)}
    if venue is not None:
        kept = {"venue": venue.slug, **{name: value for name, value in kept.items() if name != "orq"}}
        filled |= {
            "organisation": str(venue.org_id), "venue_id": str(venue.id), "slug": venue.slug, "venue_name": venue.name,
            "address": venue.address, "map_url": map_url(venue.name, venue.address),
        }  # fmt: skip
    filled["plain"] = f"{START}?{urlencode(kept)}" if kept else START
    # This page holds no secret, so its compressed size reveals nothing. Pages with a token are not compressed.
    has_address = venue is not None and bool(venue.address)
    return kept_page(
        request,
        "reserve.html",
        filled,
        packed=True,
        has_venue=venue is not None,
        has_address=has_address,
        logo=venue and venue.logo,
    )
