"""The page of one performance: its seats, its booking times, its check-in window; and moving, cancelling or deleting it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.shows.performance_records import PerformanceRecord, read_concerned, read_performance
from hub.actions.shows.performances import change_performance, delete_performance
from hub.actions.shows.rooms import list_rooms
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, moment_in, see_other
from web.pages.admin.form_fields import FieldReader, local_field
from web.pages.forms import Form, read_form
from web.pages.staff import manager_of
from web.request_fields import path_id

PERFORMANCES = "/admin/performances"
_COUNTS = ("additional_seats", "occupied_seats")
_MOMENTS = ("booking_opens_at", "booking_closes_at")
_NUMBERS = ("check_in_opens_minutes", "check_in_closes_minutes", "largest_party")
FIELDS = (*_COUNTS, *_MOMENTS, *_NUMBERS)


async def show_performance(request: web.Request) -> web.Response:
    return await performance_page(request, manager_of(request))


async def change(request: web.Request) -> web.Response:
    """Store the settings. A stale form is shown again, with what somebody else has stored beside each field."""
    manager, performance_id = manager_of(request), path_id(request, "performance_id")
    form = await read_form(request)
    services, by = request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request))
    stored = await read_performance(services, by, performance_id)
    try:
        changes = _changes(form, ZoneInfo(stored.timezone))
        await change_performance(services, by, performance_id, changes, version=form.number("version"))
    except Refused as no:
        return await performance_page(
            request, manager, no, typed={name: form.get(name) for name in FIELDS},
            stale=no.reason is Reason.VERSION_MISMATCH,
        )  # fmt: skip
    return see_other(f"{PERFORMANCES}/{performance_id}", done="performance-changed")


async def switch_booking(request: web.Request) -> web.Response:
    """Close booking or open it again, at once."""
    manager, performance_id = manager_of(request), path_id(request, "performance_id")
    form = await read_form(request)
    closed = form.get("closed") == "1"
    try:
        await change_performance(
            request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request)), performance_id, {"booking_closed": closed},
            version=form.number("version"),
        )  # fmt: skip
    except Refused as no:
        return await performance_page(request, manager, no)
    return see_other(f"{PERFORMANCES}/{performance_id}", done="booking-closed" if closed else "booking-opened")


async def delete(request: web.Request) -> web.Response:
    """Delete a performance that nobody ever asked to book."""
    manager, performance_id = manager_of(request), path_id(request, "performance_id")
    form = await read_form(request)
    services, by = request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request))
    stored = await read_performance(services, by, performance_id)
    try:
        await delete_performance(services, by, performance_id, version=form.number("version"))
    except Refused as no:
        return await performance_page(request, manager, no)
    return see_other(f"/admin/shows/{stored.show_id}", done="performance-deleted", month=f"{stored.date:%Y-%m}")


async def performance_page(
    request: web.Request, manager: Identity, refused: Refused | None = None, *, typed: Mapping[str, str] | None = None,
    stale: bool = False, moving: Mapping[str, Any] | None = None,
) -> web.Response:  # fmt: skip
    """Show the performance as it is now. `typed` are the settings of a refused form, `moving` the fields of a refused move."""
    services, by = request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request))
    one = await read_performance(services, by, path_id(request, "performance_id"))
    zone = ZoneInfo(one.timezone)
    stored = _stored(one, zone)
    values = {**stored, **(typed or {})}
    rooms = (await list_rooms(services, by, venue_id=one.venue_id, limit=200)).rooms
    return admin_page(
        request,
        "performance.html",
        status=200 if refused is None else 409,
        refused=refused,
        one=one,
        values=values,
        newest={name: stored[name] for name in stored if stored[name] != values[name]} if stale else {},
        concerned=await read_concerned(services, by, one.performance_id),
        venue=await services.venues.read(by.org_id, one.venue_id),
        rooms=sorted(rooms, key=lambda room: room.name),
        moving=moving
        or {
            "date": one.date.isoformat(),
            "start_time": one.start_time.isoformat("minutes"),
            "room": one.room_id,
            "minutes": round((one.ends_at - one.starts_at).total_seconds() / 60),
            "message": "",
        },
        cancelled_at=moment_in(one.cancelled_at, zone),
        overlaps=refused.details.get("overlaps", ()) if refused is not None else (),
    )


def _stored(one: PerformanceRecord, zone: ZoneInfo) -> dict[str, str]:
    found = {name: getattr(one, name) for name in (*_COUNTS, *_NUMBERS)}
    texts = {name: "" if value is None else str(value) for name, value in found.items()}
    return {**texts, **{name: local_field(getattr(one, name), zone) for name in _MOMENTS}}


def _changes(form: Form, zone: ZoneInfo) -> dict[str, Any]:
    """Return the settings of the form. Refuses INVALID_REQUEST with every wrong field."""
    reader = FieldReader(form)
    changes: dict[str, Any] = {name: reader.count(name) for name in _COUNTS}
    changes |= {name: reader.moment(name, zone) for name in _MOMENTS}
    changes |= {name: reader.number(name) for name in _NUMBERS}
    reader.refuse()
    return changes
