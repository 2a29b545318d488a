"""Adding performances to a show, one or a run of them: the form, the preview, and then the performances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.shows.add_performances import MadeRun, PerformanceSettings, RunDraft, add_run
from hub.actions.shows.rooms import list_rooms
from hub.actions.shows.shows import ShowRecord, read_show
from hub.rules.performance_plan import Run
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue_day import today
from hub.text.languages import weekday_names
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.form_fields import FieldReader
from web.pages.admin.shows import LIST
from web.pages.forms import Form, read_form
from web.pages.page_language import language_context
from web.pages.staff import manager_of
from web.request_fields import path_id

_LINES = ("room", "first", "last", "times", "minutes", "except_dates", "additional_seats", "occupied_seats",
          "booking_opens_at", "booking_closes_minutes", "check_in_opens_minutes", "check_in_closes_minutes",
          "largest_party")  # fmt: skip
ALL_DAYS = ("1", "2", "3", "4", "5", "6", "7")


async def show_form(request: web.Request) -> web.Response:
    manager = manager_of(request)
    show = await _read(request, manager)
    values = {
        "room": "", "times": "20:00", "minutes": str(show.duration_minutes or ""), "weekdays": ALL_DAYS,
        "additional_seats": "0", "occupied_seats": "0",
    }  # fmt: skip
    return await _page(request, manager, show, values)


async def add(request: web.Request) -> web.Response:
    """Show what the run would make; with the field `go`, make it."""
    manager = manager_of(request)
    form = await read_form(request)
    show = await _read(request, manager)
    typed = {**{name: form.get(name) for name in _LINES}, "weekdays": tuple(form.all("weekdays"))}
    go, overlap = form.has("go"), form.get("overlap") == "1"
    try:
        draft = _draft(form, show)
        made = await add_run(
            request.app[SERVICES],
            Actor.of(manager, client_ip=client_ip(request)),
            draft,
            overlap=overlap,
            dry_run=not go,
        )
    except Refused as no:
        overlaps = no.details["overlaps"] if no.reason is Reason.PERFORMANCES_OVERLAP else ()
        return await _page(request, manager, show, typed, refused=no, overlaps=overlaps)
    if not go:
        return await _page(request, manager, show, typed, made=made, overlap=overlap)
    return see_other(f"{LIST}/{show.show_id}", done="performances-added", month=f"{made.performances[0].date:%Y-%m}")


async def _read(request: web.Request, manager: Identity) -> ShowRecord:
    return await read_show(
        request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request)), path_id(request, "show_id")
    )


async def _page(
    request: web.Request, manager: Identity, show: ShowRecord, values: Mapping[str, Any], *,
    refused: Refused | None = None, made: MadeRun | None = None, overlaps: Any = (), overlap: bool = False,
) -> web.Response:  # fmt: skip
    services, by = request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request))
    rooms = (await list_rooms(services, by, venue_id=show.venue_id, limit=200)).rooms
    locale = language_context(request)["locale"]
    now = today(services.clock.now(), ZoneInfo(show.timezone))
    return admin_page(
        request,
        "performances_new.html",
        status=200 if refused is None else 409,
        refused=refused,
        show=show,
        rooms=sorted(rooms, key=lambda room: room.name),
        values={**dict.fromkeys(_LINES, ""), **values},
        weekdays=[(str(day.isoweekday()), *weekday_names(day, locale)) for day in _week(now)],
        first_day=now.isoformat(),
        made=made,
        overlaps=overlaps,
        overlap=overlap,
    )


def _week(now: Any) -> list[Any]:
    """Return seven days in a row that begin with a Monday."""
    monday = now.toordinal() - now.weekday()
    return [type(now).fromordinal(monday + n) for n in range(7)]


def _draft(form: Form, show: ShowRecord) -> RunDraft:
    """Return the run of the form: a single day if there is no last one. Refuses INVALID_REQUEST with every wrong field."""
    reader, zone = FieldReader(form), ZoneInfo(show.timezone)
    first, last = reader.day("first"), reader.day("last")
    weekdays = tuple(int(day) for day in form.all("weekdays") if day in ALL_DAYS)
    single = last is None or last == first
    run = Run(
        times=reader.clock_times("times"), first=first, last=first if single else last,
        weekdays=(1, 2, 3, 4, 5, 6, 7) if single else weekdays, except_dates=reader.days("except_dates"),
    )  # fmt: skip
    settings = PerformanceSettings(
        additional_seats=reader.count("additional_seats"),
        occupied_seats=reader.count("occupied_seats"),
        booking_opens_at=reader.moment("booking_opens_at", zone),
        booking_closes_minutes=reader.number("booking_closes_minutes"),
        check_in_opens_minutes=reader.number("check_in_opens_minutes"),
        check_in_closes_minutes=reader.number("check_in_closes_minutes"),
        largest_party=reader.number("largest_party"),
    )
    room_id, minutes = reader.number("room"), reader.number("minutes")
    if first is None and not any(name == "first" for name, _ in reader.problems):
        reader.problems.append(("first", "Choose a day"))
    if room_id is None:
        reader.problems.append(("room", "Choose a room"))
    reader.refuse()
    assert room_id is not None, "refused above"
    return RunDraft(show.show_id, room_id, run, minutes, settings)
