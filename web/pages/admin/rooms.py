"""The rooms of the organisation: listed, added, changed and deleted on one page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.shows.rooms import RoomChange, RoomDraft, add_room, change_room, delete_room, list_rooms
from hub.rules.refusals import Refused
from web.json_body import invalid
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.forms import Form, read_form
from web.pages.staff import manager_of
from web.request_fields import path_id

ROOMS = "/admin/rooms"
MOST_SHOWN = 200


async def show_rooms(request: web.Request) -> web.Response:
    return await _page(request, manager_of(request))


async def add(request: web.Request) -> web.Response:
    manager = manager_of(request)
    form = await read_form(request)
    try:
        draft = RoomDraft(form.get("name"), _capacity(form), form.text("accessibility"))
        await add_room(request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request)), draft)
    except Refused as no:
        return await _page(request, manager, no, typed=_typed(form))
    return see_other(ROOMS, done="room-added")


async def change(request: web.Request) -> web.Response:
    """Change one room. Another capacity is that of its performances to come at once."""
    manager, room_id = manager_of(request), path_id(request, "room_id")
    form = await read_form(request)
    try:
        changes = RoomChange(form.get("name"), _capacity(form), form.text("accessibility"))
        changed = await change_room(
            request.app[SERVICES],
            Actor.of(manager, client_ip=client_ip(request)),
            room_id,
            changes,
            version=form.number("version"),
        )
    except Refused as no:
        return await _page(request, manager, no, room_id=room_id, typed=_typed(form))
    return see_other(
        ROOMS, done="room-resized" if changed.resized else "room-changed", resized=len(changed.resized) or None
    )


async def delete(request: web.Request) -> web.Response:
    manager, room_id = manager_of(request), path_id(request, "room_id")
    form = await read_form(request)
    try:
        await delete_room(
            request.app[SERVICES],
            Actor.of(manager, client_ip=client_ip(request)),
            room_id,
            version=form.number("version"),
        )
    except Refused as no:
        return await _page(request, manager, no, room_id=room_id)
    return see_other(ROOMS, done="room-deleted")


async def _page(
    request: web.Request, manager: Identity, refused: Refused | None = None, *, room_id: int = 0,
    typed: Mapping[str, Any] | None = None,
) -> web.Response:  # fmt: skip
    """Show all rooms. The form of the refused room, or of the new one (`room_id` 0), has what was typed."""
    found = await list_rooms(request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request)), limit=MOST_SHOWN)
    rooms = sorted(found.rooms, key=lambda one: (one.venue, one.name))
    return admin_page(
        request,
        "rooms.html",
        status=409 if refused is not None else 200,
        refused=refused,
        blocked=refused.details.get("performances") if refused is not None else None,
        rooms=rooms,
        largest=max((one.capacity for one in rooms), default=0),
        several_venues=len({one.venue_id for one in rooms}) > 1,
        opened=room_id,
        typed=typed or {},
    )


def _capacity(form: Form) -> int:
    capacity = form.number("capacity")
    if capacity is None:
        raise invalid(("capacity", "Give a whole number"))
    return capacity


def _typed(form: Form) -> dict[str, str]:
    return {"name": form.get("name"), "capacity": form.get("capacity"), "accessibility": form.text("accessibility")}
