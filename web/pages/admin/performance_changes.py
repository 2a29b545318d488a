"""Moving and cancelling a performance: first a page that says whom it concerns and what they get, then the change."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.shows.close_performance import cancel_performance
from hub.actions.shows.move_performance import Move, move_performance
from hub.actions.shows.performance_records import read_concerned, read_performance
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.form_fields import FieldReader
from web.pages.admin.performance import PERFORMANCES, performance_page
from web.pages.forms import Form, read_form
from web.pages.staff import manager_of
from web.request_fields import path_id

_MOVE_FIELDS = ("date", "start_time", "room", "minutes", "message")


async def move(request: web.Request) -> web.Response:
    """Show what the move would do and whom it concerns; with the field `go`, do it."""
    manager, performance_id = manager_of(request), path_id(request, "performance_id")
    form = await read_form(request)
    services, by = request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request))
    typed = {name: form.get(name) for name in _MOVE_FIELDS} | {"message": form.text("message")}
    go, overlap = form.has("go"), form.get("overlap") == "1"
    before = await read_performance(services, by, performance_id)
    try:
        where = _where(form)
        moved = await move_performance(
            services, by, performance_id, where, message=typed["message"], overlap=overlap,
            version=form.number("version"), dry_run=not go,
        )  # fmt: skip
    except Refused as no:
        if no.reason is Reason.PERFORMANCES_OVERLAP and not overlap:
            return admin_page(
                request, "performance_move.html", status=409, one=before, after=None, typed=typed, concerned=None,
                overlaps=no.details["overlaps"], version=form.get("version"), overlap=overlap,
            )  # fmt: skip
        return await performance_page(request, manager, no, moving=typed)
    if not go:
        return admin_page(
            request, "performance_move.html", one=before, after=moved.performance, typed=typed,
            concerned=moved.concerned, overlaps=(), version=form.get("version"), overlap=overlap,
        )  # fmt: skip
    return see_other(f"{PERFORMANCES}/{performance_id}/done", change="moved", told=moved.notified, left=moved.remaining)


async def show_cancel(request: web.Request) -> web.Response:
    return await _cancel_page(request)


async def cancel(request: web.Request) -> web.Response:
    """Cancel the performance. Repeating it goes on where it was interrupted."""
    manager, performance_id = manager_of(request), path_id(request, "performance_id")
    form = await read_form(request)
    try:
        done = await cancel_performance(
            request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request)), performance_id, message=form.text("message"),
            version=form.number("version"),
        )  # fmt: skip
    except Refused as no:
        return await _cancel_page(request, no, form.text("message"))
    return see_other(f"{PERFORMANCES}/{performance_id}/done", change="cancelled", told=done.ended, left=done.remaining)


async def show_done(request: web.Request) -> web.Response:
    """Show how a move or a cancellation went: how many visitors were told, and how many will be."""
    manager, services = manager_of(request), request.app[SERVICES]
    by = Actor.of(manager, client_ip=client_ip(request))
    one = await read_performance(services, by, path_id(request, "performance_id"))
    return admin_page(
        request,
        "performance_done.html",
        one=one,
        change=request.query.get("change", ""),
        told=_count(request, "told"),
        left=_count(request, "left"),
        concerned=await read_concerned(services, by, one.performance_id),
    )


async def _cancel_page(request: web.Request, refused: Refused | None = None, text: str = "") -> web.Response:
    manager, services = manager_of(request), request.app[SERVICES]
    by = Actor.of(manager, client_ip=client_ip(request))
    one = await read_performance(services, by, path_id(request, "performance_id"))
    return admin_page(
        request, "performance_cancel.html", status=200 if refused is None else 409, refused=refused, one=one, text=text,
        concerned=await read_concerned(services, by, one.performance_id),
    )  # fmt: skip


def _where(form: Form) -> Move:
    """Return where the performance goes. Refuses INVALID_REQUEST with every wrong field."""
    reader = FieldReader(form)
    fields: dict[str, Any] = {
        "day": reader.day("date"),
        "start_time": reader.clock_time("start_time"),
        "room_id": reader.number("room"),
        "minutes": reader.number("minutes"),
    }
    reader.refuse()
    return Move(**fields)


def _count(request: web.Request, name: str) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
