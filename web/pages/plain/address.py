"""The address of a visit, corrected on its page by the holder of the link."""

from __future__ import annotations

from aiohttp import web

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.pages.address_form import answer_address_form
from web.pages.reservation import show_reservation
from web.redirects import see_other
from web.request_fields import path_token


async def show_visit(request: web.Request) -> web.Response:
    """Lead to the visit: a page that shows a refusal has this address, and looks for news at it."""
    return see_other(f"/r/{path_token(request)}")


async def answer_address(request: web.Request) -> web.Response:
    """Correct the address and go to the page of the new link. A refusal is shown on the page, with what was typed."""
    try:
        answer = await answer_address_form(request)
    except Refused as no:
        if no.reason is Reason.RESERVATION_NOT_FOUND:
            return see_other(f"/r/{path_token(request)}")
        raise
    return see_other(f"/r/{answer}?corrected=1") if isinstance(answer, str) else await show_reservation(request, answer)
