"""The customer's pages: the front door, the booking page and one reservation by its link."""

from __future__ import annotations

from aiohttp import web

from web.keys import HOUSE
from web.pages.render import page

LONGEST_CODE = 100


async def landing(request: web.Request) -> web.Response:
    return page(request, "landing.html", development=request.app[HOUSE].settings.development)


async def reserve(request: web.Request) -> web.Response:
    """`?ticket=CODE` fills the code in; whether it is any good is the API's to say."""
    code = request.query.get("ticket", "")[:LONGEST_CODE]
    return page(request, "reserve.html", ticket_code=code)


async def reservation(request: web.Request) -> web.Response:
    """The page asks the API with the token of its own address, so a dead link is told apart there."""
    return page(request, "reservation.html", token=request.match_info["token"])
