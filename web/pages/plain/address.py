"""The form on the page of a visit that corrects its e-mail address. It needs no JavaScript."""

from __future__ import annotations

from aiohttp import web

from hub.actions.booking.correct_address import correct_address
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.messages import message, said
from web.keys import SERVICES
from web.pages.forms import read_form
from web.pages.reservation import show_reservation
from web.rate_limits import enforce_rate_limit
from web.redirects import see_other
from web.request_fields import path_token

_SHOWN_REFUSALS = (
    Reason.INVALID_CONTACT, Reason.NOT_RESENDABLE, Reason.CONTACT_NOT_VERIFIED, Reason.RATE_LIMITED, Reason.BUSY,
)  # fmt: skip
LONGEST_KEPT = 254


async def show_visit(request: web.Request) -> web.Response:
    """Lead to the visit: a page that shows a refusal has this address, and looks for news at it."""
    return see_other(f"/r/{path_token(request)}")


async def answer_address(request: web.Request) -> web.Response:
    """Correct the address and go to the page of the new link. A refusal is shown on the page, with what was typed."""
    form = await read_form(request)
    services, token, email = request.app[SERVICES], path_token(request), form.get("email")[:LONGEST_KEPT]
    try:
        await enforce_rate_limit(request, "correct", services.settings.rate_codes)
        fresh = await correct_address(services, token, email)
    except Refused as no:
        if no.reason is Reason.RESERVATION_NOT_FOUND:
            return see_other(f"/r/{token}")
        if no.reason not in _SHOWN_REFUSALS:
            raise
        problems = said(no.details.get("validation_errors", []))
        return await show_reservation(
            request, typed=email, wrong=problems[0]["message"] if problems else message(no.reason, no.details)
        )
    return see_other(f"/r/{fresh or token}?corrected=1")
