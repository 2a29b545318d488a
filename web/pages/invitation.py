"""The pages behind a link for staff, where a password or PIN is chosen, and the page for a forgotten password.

Opening a link changes nothing, because mail programs open links too.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from hub.actions.staff.links import Link, read_link, send_forgotten, use_link
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.settings import Rate
from hub.text.languages import N_
from hub.text.messages import message
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import Problems
from web.pages.admin.field_words import said_of_field
from web.pages.forms import read_form
from web.pages.render import page
from web.rate_limits import enforce_rate_limit
from web.redirects import see_other
from web.request_fields import path_token
from web.statuses import status_of

FORGOTTEN = "/operator/forgotten"
LINKS_OF_ADDRESS = Rate(30, 3600)
"""How often an address may try links, or ask for one: a venue's people are often behind one address."""
_ANSWER_SECONDS = 0.4
"""Time after which a request for a link is answered, whether anybody has that name or not."""


async def show_invitation(request: web.Request) -> web.Response:
    token = path_token(request)
    try:
        return _form_page(request, await read_link(request.app[SERVICES], token))
    except Refused as no:
        return _form_page(request, None, no)


async def accept_invitation(request: web.Request) -> web.Response:
    token, form = path_token(request), await read_form(request)
    await enforce_rate_limit(request, "staff_link", LINKS_OF_ADDRESS)
    services, is_pin, new = request.app[SERVICES], form.get("kind") == "pin", form.text("new")
    link: Link | None = None
    try:
        link = await read_link(services, token)
        if new != form.text("again"):
            raise Refused(
                Reason.INVALID_REQUEST, errors=[{"field": "again", "message": N_("This is not the same as above")}]
            )
        await use_link(
            services, token, password=None if is_pin else new, pin=new if is_pin else None, client_ip=client_ip(request)
        )
    except Refused as no:
        return _form_page(request, link if no.reason is Reason.INVALID_REQUEST else None, no, kind=form.get("kind"))
    return see_other("/operator/login?chosen=1")


async def show_forgotten(request: web.Request) -> web.Response:
    return page(request, "forgotten.html", sent=request.query.get("sent") == "1")


async def ask_for_link(request: web.Request) -> web.Response:
    """Answer alike whether anybody has this name or address, and after the same time."""
    form = await read_form(request)
    await enforce_rate_limit(request, "staff_link", LINKS_OF_ADDRESS)
    answering = asyncio.get_running_loop().time() + _ANSWER_SECONDS
    await send_forgotten(request.app[SERVICES], form.get("name"), client_ip=client_ip(request))
    await asyncio.sleep(answering - asyncio.get_running_loop().time())
    return see_other(f"{FORGOTTEN}?sent=1")


def _form_page(
    request: web.Request, link: Link | None, refused: Refused | None = None, *, kind: str = ""
) -> web.Response:
    """Show the form, or why there is none."""
    entries = () if refused is None else refused.details.get("errors", ())
    problems = Problems(
        ({"password": "new", "pin": "new"}.get(one["field"], one["field"]), said_of_field(one["message"]))
        for one in entries
    )
    return page(
        request,
        "invitation.html",
        status=200 if refused is None else status_of(refused.reason),
        link=link,
        refusal="" if refused is None else message(refused.reason, refused.details),
        problems=problems,
        kind=kind or "password",
    )
