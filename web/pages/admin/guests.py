"""Guest lists: a day of a venue with its slots, the guests of one of them, and the forms that add, change and take off guests."""

from __future__ import annotations

from datetime import date
from typing import Any

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.guests.add_guests import GuestPlace, add_guests, read_guest_list
from hub.actions.guests.change_guest import GuestChange, change_guest, remove_guest
from hub.actions.guests.guest_list import GuestSlot, list_guests, read_guest, slots_of_day
from hub.actions.messaging.slot_messages import read_message_slot
from hub.actions.venues.venues import venue_of
from hub.rules.guest_lists import GuestDraft
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue_day import today
from web.json_body import invalid
from web.keys import SERVICES
from web.limits import GUEST_LIST_BYTES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.bookings import search_text
from web.pages.admin.field_words import said_of_field
from web.pages.forms import Form, read_form
from web.pages.staff import manager_of
from web.request_fields import path_id

GUESTS = "/admin/guests"
MOST_SHOWN = 200
_YEARS = range(2000, 2200)


async def show_guests(request: web.Request) -> web.Response:
    return await _page(request, _actor(request))


async def add(request: web.Request) -> web.Response:
    """Add one guest, or the lines of a pasted list, to a slot or a whole day."""
    by, services = _actor(request), request.app[SERVICES]
    form = await read_form(request, GUEST_LIST_BYTES)
    try:
        drafts = read_guest_list(form.text("lines")) if form.has("lines") else [_draft(form)]
        place = await _place(services, by, form)
        added = await add_guests(
            services, by, place, drafts, counts=not form.has("extra"), invite=form.has("invite"), language=request["language"],
            again=form.has("again"),
        )  # fmt: skip
    except Refused as no:
        return await _page(request, by, refused=no, form=form)
    if added.skipped and not added.guest_ids:
        return await _page(request, by, skipped=added.skipped, form=form)
    return see_other(
        GUESTS,
        slot=added.slot_id,
        done="guests-added" if len(added.guest_ids) > 1 else "guest-added",
        skipped=len(added.skipped) or None,
    )


async def change(request: web.Request) -> web.Response:
    by, guest_id, services = _actor(request), path_id(request, "guest_id"), request.app[SERVICES]
    form = await read_form(request)
    try:
        draft = _draft(form)
        guest = await change_guest(
            services, by, guest_id, GuestChange(draft.name, draft.party, draft.note, draft.email or ""), version=form.number("version"),
            invite=form.has("invite"),
        )  # fmt: skip
    except Refused as no:
        return await _page(request, by, refused=no, form=form, opened=guest_id)
    return see_other(GUESTS, slot=guest.slot_id, done="guest-changed")


async def remove(request: web.Request) -> web.Response:
    by, guest_id, services = _actor(request), path_id(request, "guest_id"), request.app[SERVICES]
    form = await read_form(request)
    try:
        guest = await remove_guest(services, by, guest_id, version=form.number("version"))
    except Refused as no:
        return await _page(request, by, refused=no, opened=guest_id)
    return see_other(GUESTS, slot=guest.slot_id, done="guest-removed")


async def _page(
    request: web.Request, by: Actor, refused: Refused | None = None, form: Form | None = None, *, opened: int = 0,
    skipped: tuple[str, ...] = (),
) -> web.Response:  # fmt: skip
    """Show the list of a slot or a whole day. The form of the refused guest, or of new ones (`opened` 0), has what was typed."""
    services = request.app[SERVICES]
    slot_id = (form.number("slot") if form else None) or _number(request.query.get("slot", ""))
    if opened:
        slot_id = (await read_guest(services, by, opened)).slot_id
    if slot_id is not None:
        slot = await read_message_slot(services, by, slot_id)
        venue = await services.venues.read(by.org_id, slot.venue_id)
        day = slot.date
    else:
        chosen = _number((form.get("venue") if form else None) or request.query.get("venue", ""))
        venue = await services.venues.read(by.org_id, await venue_of(services, by, chosen))
        day = _day((form.get("date") if form else None) or request.query.get("date", "")) or today(
            services.clock.now(), venue.zone
        )
    slots = await slots_of_day(services, by, venue.id, day)
    here = next((one for one in slots if one.slot_id == slot_id), None) if slot_id else _whole_day(slots)
    text, before = search_text(request), _number(request.query.get("before", ""))
    found = (
        await list_guests(services, by, [here.slot_id], text=text, before=before, limit=MOST_SHOWN) if here else None
    )
    return admin_page(
        request,
        "guests.html",
        status=200 if refused is None else 412 if refused.reason is Reason.VERSION_MISMATCH else 409,
        refused=refused,
        lines=[
            {"line": one["line"], "column": one["column"], "words": said_of_field(one["message"])}
            for one in refused.details.get("errors", ())
            if "line" in one
        ]
        if refused
        else [],
        skipped=skipped,
        skipped_number=_number(request.query.get("skipped", "")) or 0,
        venue=venue,
        day=day,
        slots=slots,
        here=here,
        guests=found.guests if found else (),
        older=found.next if found else None,
        text=text if here else "",
        typed=_typed(form),
        opened=opened,
        pasted=form is not None and form.has("lines"),
        over=here is not None and here.ends_at <= services.clock.now(),
    )


def _draft(form: Form) -> GuestDraft:
    party = form.number("party")
    if form.get("party") and party is None:
        raise invalid(("party", "Give a whole number"))
    return GuestDraft(form.get("name"), party or 1, form.get("note"), form.get("email") or None)


async def _place(services: Any, by: Actor, form: Form) -> GuestPlace:
    slot_id = form.number("slot")
    if slot_id is not None:
        return GuestPlace(slot_id)
    day = _day(form.get("date"))
    if day is None:
        raise invalid(("date", "Choose a day"))
    return GuestPlace(venue_id=await venue_of(services, by, form.number("venue")), day=day)


def _typed(form: Form | None) -> dict[str, str]:
    names = ("name", "party", "note", "email", "lines")
    return {name: (form.text(name) if form else "") for name in names}


def _whole_day(slots: list[GuestSlot]) -> GuestSlot | None:
    return next((one for one in slots if one.whole_day), None)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 16 and int(text) else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def _actor(request: web.Request) -> Actor:
    return Actor.of(manager_of(request), client_ip=client_ip(request))
