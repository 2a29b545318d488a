"""One slot: its places, and what closing, opening or deleting it does to whom, before it happens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from hub.access.tokens import Identity
from hub.actions.booking.close_slot import ClosedSlot, Closing, close_slot, read_concerned, reopen_slot
from hub.actions.venues.change_slots import change_slots, delete_slots
from hub.actions.venues.slot_records import ClosingWay, SlotRecord, read_slot, slots_between
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.json_body import invalid
from web.keys import SERVICES
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.form_fields import FieldReader
from web.pages.admin.slot_views import CALENDAR, VenueView, view_of
from web.pages.admin.slots import DAY_PAGE
from web.pages.forms import Form, read_form
from web.pages.staff import administrator_of, manager_of
from web.request_fields import path_id

WAYS: tuple[ClosingWay, ...] = ("move", "choose", "tell")
TARGET_DAYS = 7
"""Days before and after a slot whose slots are offered to move everybody to."""


async def show_slot(request: web.Request) -> web.Response:
    return await _page(request, manager_of(request))


async def change(request: web.Request) -> web.Response:
    """Store another capacity. A stale form is shown again, with what somebody else stored meanwhile."""
    identity = manager_of(request)
    form = await read_form(request)
    slot_id = path_id(request, "slot_id")
    reader = FieldReader(form)
    try:
        capacity = reader.number("capacity")
        if capacity is None and not reader.problems:
            reader.problems.append(("capacity", "Give a whole number"))
        reader.refuse()
        assert capacity is not None, "refused above"
        view = await view_of(request, identity)
        await change_slots(request.app[SERVICES], view.by, [slot_id], capacity, versions=_version(form, slot_id))
    except Refused as no:
        return await _page(request, identity, refused=no, typed={"capacity": form.get("capacity")})
    return see_other(f"{CALENDAR}/{slot_id}", done="slots-changed")


async def close(request: web.Request) -> web.Response:
    """Say what closing does to whom; with the field `go`, close the slot."""
    identity = manager_of(request)
    form = await read_form(request)
    slot_id, go = path_id(request, "slot_id"), form.has("go")
    typed = {"way": form.get("way"), "move_to": form.get("move_to"), "message": form.text("message")}
    try:
        way = next((one for one in WAYS if one == typed["way"]), None)
        if way is None:
            raise invalid(("way", "Choose what happens to those booked"))
        closing = Closing(way, form.number("move_to") if way == "move" else None, typed["message"])
        view = await view_of(request, identity)
        done = await close_slot(
            request.app[SERVICES], view.by, slot_id, closing, version=form.number("version"), dry_run=not go
        )
    except Refused as no:
        return await _page(request, identity, refused=no, typed=typed, closing=True)
    if not go:
        return await _page(request, identity, typed=typed, preview=done, closing=True)
    return see_other(f"{CALENDAR}/{slot_id}", done="slot-closed")


async def reopen(request: web.Request) -> web.Response:
    identity = manager_of(request)
    form = await read_form(request)
    slot_id = path_id(request, "slot_id")
    try:
        view = await view_of(request, identity)
        await reopen_slot(request.app[SERVICES], view.by, slot_id, version=form.number("version"))
    except Refused as no:
        return await _page(request, identity, refused=no)
    return see_other(f"{CALENDAR}/{slot_id}", done="slot-opened")


async def delete(request: web.Request) -> web.Response:
    administrator = administrator_of(request)
    form = await read_form(request)
    slot_id = path_id(request, "slot_id")
    try:
        view = await view_of(request, administrator)
        slot = await read_slot(request.app[SERVICES], view.by, slot_id)
        await delete_slots(request.app[SERVICES], view.by, [slot_id], versions=_version(form, slot_id))
    except Refused as no:
        return await _page(request, administrator, refused=no)
    return see_other(DAY_PAGE, venue=slot.venue_id, day=slot.date.isoformat(), done="slots-deleted")


def _version(form: Form, slot_id: int) -> dict[int, int]:
    version = form.number("version")
    return {} if version is None else {slot_id: version}


async def _page(
    request: web.Request, identity: Identity, *, refused: Refused | None = None, typed: Mapping[str, Any] | None = None,
    preview: ClosedSlot | None = None, closing: bool = False,
) -> web.Response:  # fmt: skip
    services, typed = request.app[SERVICES], typed or {}
    slot_id = path_id(request, "slot_id")
    view = await view_of(request, identity)
    slot = await read_slot(services, view.by, slot_id)
    stale = refused is not None and refused.reason is Reason.VERSION_MISMATCH
    status = 200
    if refused is not None:
        status = 412 if stale else 400 if refused.reason is Reason.INVALID_REQUEST else 409
    move_to = int(typed["move_to"]) if str(typed.get("move_to", "")).isdigit() and len(typed["move_to"]) < 16 else None
    targets = await _targets(request, view, slot)
    target = next((one for one in targets if one.slot_id == move_to), None)
    if slot.closure is not None and slot.closure.move_to is not None:
        target = await read_slot(services, view.by, slot.closure.move_to)
    return admin_page(
        request,
        "slot.html",
        status=status,
        refused=refused,
        view=view,
        slot=slot,
        over=slot.ends_at <= services.clock.now(),
        begun=slot.starts_at <= services.clock.now(),
        concerned=await read_concerned(services, view.by, slot_id),
        capacity=typed.get("capacity", slot.capacity),
        newest=slot.capacity if stale and str(typed.get("capacity", slot.capacity)) != str(slot.capacity) else None,
        targets=targets,
        target=target,
        way=typed.get("way", ""),
        message=typed.get("message", ""),
        preview=preview,
        closing=closing,
        day_page=DAY_PAGE,
    )


async def _targets(request: web.Request, view: VenueView, slot: SlotRecord) -> list[SlotRecord]:
    """Return the slots of the venue around this one that can take people: open, not over, with a free place."""
    reach = timedelta(days=TARGET_DAYS)
    now = request.app[SERVICES].clock.now()
    around = await slots_between(request.app[SERVICES], view.by, slot.venue_id, slot.date - reach, slot.date + reach)
    roomy = [one for one in around if one.free > 0 and one.ends_at > now and one.slot_id != slot.slot_id]
    return sorted(roomy, key=lambda one: (abs((one.date - slot.date).days), one.starts_at))
