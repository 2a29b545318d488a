"""The page for customers who lost their mail: it sends all confirmations and tickets of an address again. It works without JavaScript."""

from __future__ import annotations

from aiohttp import web

from hub.actions.booking.send_again import send_again_for_ticket, send_again_to_address
from hub.actions.orders.send_again import send_orders_again
from hub.actions.venues.organisations import resolve_org
from hub.rules.refusals import Refused
from hub.text.contact_details import check_contact
from hub.text.messages import said
from web.keys import SERVICES
from web.pages.forms import Form, read_form
from web.pages.plain.draft import Draft
from web.pages.plain.steps import plain_page
from web.rate_limits import enforce_rate_limit
from web.redirects import see_other

AGAIN = "/reserve/again"


async def show_form(request: web.Request) -> web.Response:
    """Show the form, or with `?sent=1` that what there is is on its way. It says the same whether there is anything."""
    return plain_page(request, "again.html", sent=request.query.get("sent") == "1", email="", wrong="")


async def answer_form(request: web.Request) -> web.Response:
    form = await read_form(request)
    services = request.app[SERVICES]
    typed = form.get("email")[:254]
    try:
        email = check_contact(typed, None).email
    except Refused as no:
        wrong = next(one["message"] for one in said(no.details["validation_errors"]))
        return plain_page(request, "again.html", status=400, sent=False, email=typed, wrong=wrong)
    await enforce_rate_limit(request, "send-again", services.settings.rate_codes)
    await send_again_to_address(services, email)
    await send_orders_again(services, email)
    return see_other(f"{AGAIN}?sent=1")


async def send_for_ticket(request: web.Request, draft: Draft, form: Form) -> None:
    """Send the confirmation of the ticket that the form names again."""
    services = request.app[SERVICES]
    await enforce_rate_limit(request, "send-again", services.settings.rate_codes)
    await send_again_for_ticket(services, await resolve_org(services, draft.orq), form.get("again"))
