"""The logo at the top of a venue's pages."""

from __future__ import annotations

from aiohttp import web

from hub.rules.venue_logo import VenueLogo
from web.keys import SERVICES


async def logo_of(request: web.Request, org_id: int, venue_id: int) -> VenueLogo | None:
    """Return the logo of a venue, from the cache of venues; None if it has none."""
    return (await request.app[SERVICES].venues.read(org_id, venue_id)).logo
