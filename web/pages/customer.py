"""The customer's pages: the front door, the booking page, one visit by its link and one place in a waiting list."""

from __future__ import annotations

from datetime import date, time
from urllib.parse import urlencode

from aiohttp import web

from hub.rules.timestamps import rfc3339
from web.keys import SERVICES
from web.pages.plain.booking import START
from web.pages.render import page
from web.pages.reservation import visit_page
from web.pages.waitlist import waiting_page

SPECIMEN = {"day": date(2026, 11, 20), "start": time(12), "end": time(14)}
"""What stands on the ticket that decorates the front door."""
LONGEST_CODES = 1_000
"""Characters: twenty codes of any shop."""


async def landing(request: web.Request) -> web.Response:
    return page(request, "landing.html", development=request.app[SERVICES].settings.development, specimen=SPECIMEN)


async def reserve(request: web.Request) -> web.Response:
    """`?ticket=CODE` fills the code in, or several with commas between; whether it is any good is the API's to say."""
    code = request.query.get("ticket", "")[:LONGEST_CODES]
    now = request.app[SERVICES].clock.now()
    kept = {name: value for name in ("ticket", "orq") if (value := request.query.get(name, "")[:LONGEST_CODES])}
    plain = f"{START}?{urlencode(kept)}" if kept else START
    response = page(request, "reserve.html", ticket_code=code, now=rfc3339(now), plain=plain)
    # Nothing on this page is secret, so its size may tell what it likes. Pages behind a token are never packed.
    response.enable_compression()
    return response


async def reservation(request: web.Request) -> web.Response:
    return await visit_page(request)


async def waiting(request: web.Request) -> web.Response:
    return await waiting_page(request)
