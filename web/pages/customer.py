"""The customer's pages: the front door, the booking page and one reservation by its link."""

from __future__ import annotations

from datetime import date, time

from aiohttp import web

from hub.actions.read_reservation import reservation_of_token
from hub.moments import rfc3339
from hub.refusals import Refused
from web.keys import HOUSE
from web.pages.render import page

SPECIMEN = {"day": date(2026, 11, 20), "start": time(12), "end": time(14)}
"""What stands on the ticket that decorates the front door."""
LONGEST_CODE = 100


async def landing(request: web.Request) -> web.Response:
    return page(request, "landing.html", development=request.app[HOUSE].settings.development, specimen=SPECIMEN)


async def reserve(request: web.Request) -> web.Response:
    """`?ticket=CODE` fills the code in; whether it is any good is the API's to say."""
    code = request.query.get("ticket", "")[:LONGEST_CODE]
    now = request.app[HOUSE].clock.now()
    return page(request, "reserve.html", ticket_code=code, now=rfc3339(now))


async def reservation(request: web.Request) -> web.Response:
    """The address holds a token and no id; the page asks the API for the rest. A dead link is a page too, with 404."""
    token = request.match_info["token"]
    try:
        found = (await reservation_of_token(request.app[HOUSE], token)).reservation_id
    except Refused:
        found = None
    return page(request, "reservation.html", status=200 if found else 404, token=token, reservation_id=found)
