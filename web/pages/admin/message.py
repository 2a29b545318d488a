"""The organiser's message to everybody booked for a performance: first whom it reaches, then how many were queued."""

from __future__ import annotations

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.shows.message_bookings import message_bookings
from hub.actions.shows.performance_records import read_concerned, read_performance
from hub.rules.refusals import Refused
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.performance import PERFORMANCES
from web.pages.forms import read_form
from web.pages.staff import manager_of
from web.request_fields import path_id


async def show_message(request: web.Request) -> web.Response:
    return await _page(request)


async def send_message(request: web.Request) -> web.Response:
    manager, performance_id = manager_of(request), path_id(request, "performance_id")
    text = (await read_form(request)).text("message")
    try:
        queued = await message_bookings(
            request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request)), performance_id, text
        )
    except Refused as no:
        return await _page(request, no, text)
    return see_other(f"{PERFORMANCES}/{performance_id}/done", change="messaged", told=queued)


async def _page(request: web.Request, refused: Refused | None = None, text: str = "") -> web.Response:
    manager, services = manager_of(request), request.app[SERVICES]
    by = Actor.of(manager, client_ip=client_ip(request))
    one = await read_performance(services, by, path_id(request, "performance_id"))
    return admin_page(
        request,
        "message.html",
        status=200 if refused is None else 400,
        refused=refused,
        one=one,
        text=text,
        concerned=await read_concerned(services, by, one.performance_id),
    )
