"""The organiser's message to everybody of a slot or performance: whom it reaches, and then what has become of its e-mails."""

from __future__ import annotations

from uuid import UUID, uuid4

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.messaging.slot_messages import (
    message_slot,
    messages_of_slot,
    read_message,
    read_message_slot,
    read_reach,
)
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, moment_in, see_other
from web.pages.forms import Form, read_form
from web.pages.staff import manager_of
from web.request_fields import path_id

MESSAGES = "/admin/messages"


async def show_new(request: web.Request) -> web.Response:
    """Show the form. A performance has it at an address of its own, too."""
    return await _page(request, _slot_id(request))


async def send_message(request: web.Request) -> web.Response:
    slot_id = _slot_id(request)
    form = await read_form(request)
    try:
        sent = await message_slot(request.app[SERVICES], _actor(request), slot_id, form.text("message"), _key(form))
    except Refused as no:
        return await _page(request, slot_id, no, form)
    return see_other(f"{MESSAGES}/{sent.message_id}")


async def show_message(request: web.Request) -> web.Response:
    """Show how far the e-mails of a message are."""
    by, services = _actor(request), request.app[SERVICES]
    sent = await read_message(services, by, path_id(request, "message_id"))
    slot = await read_message_slot(services, by, sent.slot_id)
    return admin_page(request, "message_sent.html", sent=sent, slot=slot, at=moment_in(sent.created_at, slot.zone))


async def _page(
    request: web.Request, slot_id: int, refused: Refused | None = None, form: Form | None = None
) -> web.Response:
    by, services = _actor(request), request.app[SERVICES]
    slot = await read_message_slot(services, by, slot_id)
    earlier, _ = await messages_of_slot(services, by, slot_id, limit=5)
    return admin_page(
        request,
        "message.html",
        status=200 if refused is None else 400,
        refused=refused,
        slot=slot,
        reach=await read_reach(services, by, slot_id),
        text=form.text("message") if form else "",
        key=_key(form) if form else uuid4(),
        earlier=[(one, moment_in(one.created_at, slot.zone)) for one in earlier],
    )


def _slot_id(request: web.Request) -> int:
    if "performance_id" in request.match_info:
        return path_id(request, "performance_id")
    text = request.query.get("slot", "")
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 16):
        raise Refused(Reason.SLOT_NOT_FOUND)
    return int(text)


def _key(form: Form) -> UUID:
    """Return the key of the form, by which a second press of its button is known."""
    try:
        return UUID(form.get("key"))
    except ValueError:
        return uuid4()


def _actor(request: web.Request) -> Actor:
    return Actor.of(manager_of(request), client_ip=client_ip(request))
