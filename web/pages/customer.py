"""The customer's pages that need no link: the landing page and the booking page."""

from __future__ import annotations

from datetime import date, time
from typing import NamedTuple
from urllib.parse import urlencode

from aiohttp import web

from db.pool import DatabaseDown
from hub.actions.shows.read_shows import shows_are_on
from hub.rules.timestamps import rfc3339
from hub.services import Services
from web.keys import SERVICES
from web.pages.kept_pages import kept_page
from web.pages.plain.draft import START


class Specimen(NamedTuple):
    day: date
    start: time
    end: time


SPECIMEN = Specimen(date(2026, 11, 20), time(12), time(14))
"""The texts on the ticket that decorates the landing page."""
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
        specimen=SPECIMEN,
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
    """Show the booking page. `?ticket=CODE` fills in one code, or several with commas between; the API checks them."""
    code = request.query.get("ticket", "")[:LONGEST_TICKET_QUERY]
    now = request.app[SERVICES].clock.now().replace(microsecond=0)
    kept = {name: value for name in ("ticket", "orq") if (value := request.query.get(name, "")[:LONGEST_TICKET_QUERY])}
    plain = f"{START}?{urlencode(kept)}" if kept else START
    # This page holds no secret, so its compressed size reveals nothing. Pages with a token are not compressed.
    return kept_page(request, "reserve.html", {"ticket_code": code, "now": rfc3339(now), "plain": plain}, packed=True)
