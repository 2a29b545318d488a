"""The calendar of slots by month and by week, and one day with its slots: to tick and change many, to copy, and to add one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from hub.actions.venues.change_slots import MOST_AT_ONCE, ChangedSlots, change_slots, delete_slots
from hub.actions.venues.make_slots import MadeSlots, SlotDraft, add_slot, copy_slots
from hub.actions.venues.slot_records import days_of_slots, slots_between
from hub.rules.opening_hours import MOST_CAPACITY
from hub.rules.refusals import Refused
from web.json_body import invalid
from web.keys import SERVICES
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.form_fields import FieldReader
from web.pages.admin.slot_views import (
    CALENDAR,
    VenueView,
    closed_by_day,
    day_of,
    month_of,
    next_month,
    view_of,
    week_of_day,
    weekday_heads,
    weeks_of_month,
)
from web.pages.forms import Form, read_form
from web.pages.page_language import language_context
from web.pages.staff import administrator_of, manager_of

DAY_PAGE = f"{CALENDAR}/day"
_FORM_BYTES = 64 * 1024
_ADDED = ("start_time", "end_time", "capacity")


async def show_calendar(request: web.Request) -> web.Response:
    """Show a month, or with `?view=week` the week of a day."""
    view = await view_of(request, manager_of(request))
    if request.query.get("view") == "week":
        return await _week_page(request, view)
    services, locale = request.app[SERVICES], language_context(request)["locale"]
    month = month_of(request.query.get("month", ""), view.now)
    first, last = month - timedelta(days=7), next_month(month, 1) + timedelta(days=7)
    slots = await days_of_slots(services, view.by, view.venue.venue_id, first, last)
    closed = await closed_by_day(request, view, first, last)
    weeks = weeks_of_month(month, slots, closed, locale)
    return admin_page(
        request,
        "slots.html",
        view=view,
        month=month,
        earlier=next_month(month, -1),
        later=next_month(month, 1),
        weeks=weeks,
        weekdays=weekday_heads(locale),
        any_slots=any(day.slots for week in weeks for day in week if day.in_month),
        total=_total([day.slots for week in weeks for day in week if day.in_month and day.slots]),
    )


async def _week_page(request: web.Request, view: VenueView) -> web.Response:
    services, locale = request.app[SERVICES], language_context(request)["locale"]
    days = week_of_day(day_of(request.query.get("day", ""), view.now), locale)
    slots = await slots_between(services, view.by, view.venue.venue_id, days[0], days[-1])
    return admin_page(
        request,
        "slots_week.html",
        view=view,
        days=[(day, [slot for slot in slots if slot.date == day]) for day in days],
        closed=await closed_by_day(request, view, days[0], days[-1]),
        earlier=days[0] - timedelta(days=7),
        later=days[0] + timedelta(days=7),
    )


async def show_day(request: web.Request) -> web.Response:
    view = await view_of(request, manager_of(request))
    return await _day_page(request, view, day_of(request.query.get("day", ""), view.now))


async def change_many(request: web.Request) -> web.Response:
    """Say what another capacity of the ticked slots does; with the field `go`, store it."""
    form, view, day = await _read(request)
    typed = {"chosen": form.all("slot"), "capacity": form.get("capacity")}
    go = form.has("go")
    try:
        ids, versions = _chosen(form)
        reader = FieldReader(form)
        capacity = reader.number("capacity")
        if capacity is None and not reader.problems:
            reader.problems.append(("capacity", "Give a whole number"))
        reader.refuse()
        assert capacity is not None, "refused above"
        done = await change_slots(request.app[SERVICES], view.by, ids, capacity, versions=versions, dry_run=not go)
    except Refused as no:
        return await _day_page(request, view, day, refused=no, typed=typed)
    if not go:
        return await _day_page(request, view, day, typed=typed, changed=done)
    return _back(view, day, "slots-changed")


async def delete_many(request: web.Request) -> web.Response:
    form, view, day = await _read(request)
    try:
        ids, versions = _chosen(form)
        await delete_slots(request.app[SERVICES], view.by, ids, versions=versions)
    except Refused as no:
        return await _day_page(request, view, day, refused=no, typed={"chosen": form.all("slot")})
    return _back(view, day, "slots-deleted")


async def add_one(request: web.Request) -> web.Response:
    form, view, day = await _read(request)
    typed = {"added": {name: form.get(name) for name in _ADDED}}
    reader = FieldReader(form)
    try:
        start, end, capacity = reader.clock_time("start_time"), reader.clock_time("end_time"), reader.number("capacity")
        for name, value, words in (("start_time", start, "Give a time such as 20:00"), ("end_time", end, "Give a time such as 20:00"),
                                   ("capacity", capacity, "Give a whole number")):  # fmt: skip
            if value is None and name not in dict(reader.problems):
                reader.problems.append((name, words))
        reader.refuse()
        assert start is not None, "refused above"
        assert end is not None, "refused above"
        assert capacity is not None, "refused above"
        draft = SlotDraft(day, start, end, capacity, view.venue.venue_id)
        await add_slot(request.app[SERVICES], view.by, draft, overlap=form.get("overlap") == "1")
    except Refused as no:
        return await _day_page(request, view, day, refused=no, typed=typed, adding=True)
    return _back(view, day, "slots-made")


async def copy_day(request: web.Request) -> web.Response:
    """Say what the copy of a day would make; with the field `go`, make it."""
    form, view, day = await _read(request)
    go, overlap = form.has("go"), form.get("overlap") == "1"
    typed = {"copied": {"targets": form.get("targets"), "to": form.get("to"), "weekdays": form.all("weekdays")}}
    try:
        made = await copy_slots(
            request.app[SERVICES], view.by, day, _targets(form, day), venue_id=view.venue.venue_id, overlap=overlap,
            dry_run=not go,
        )  # fmt: skip
    except Refused as no:
        return await _day_page(request, view, day, refused=no, typed=typed, copying=True)
    if not go:
        return await _day_page(request, view, day, typed=typed, copied=made, copying=True)
    return _back(view, day, "slots-made")


async def _read(request: web.Request) -> tuple[Form, VenueView, date]:
    administrator = administrator_of(request)
    form = await read_form(request, _FORM_BYTES, MOST_AT_ONCE + 50)
    view = await view_of(request, administrator)
    return form, view, day_of(request.query.get("day", ""), view.now)


def _back(view: VenueView, day: date, done: str) -> web.Response:
    venue = view.venue.venue_id if len(view.venues) > 1 else None
    return see_other(DAY_PAGE, venue=venue, day=day.isoformat(), done=done)


def _chosen(form: Form) -> tuple[list[int], dict[int, int]]:
    """Return the ticked slots, each `id:version`. Refuses INVALID_REQUEST without any."""
    ids, versions = [], {}
    for text in form.all("slot"):
        number, _, version = text.partition(":")
        if not (
            number.isascii() and number.isdigit() and len(number) <= 16 and version.isascii() and version.isdigit()
        ):
            raise invalid(("slots", "The form is damaged"))
        ids.append(int(number))
        versions[int(number)] = int(version[:9])
    if not ids:
        raise invalid(("slots", "Choose at least one slot"))
    return ids, versions


def _targets(form: Form, day: date) -> list[date]:
    """Return the days to copy to: those named, and those of the ticked weekdays until the last day."""
    reader = FieldReader(form)
    targets = list(reader.days("targets"))
    last = reader.day("to")
    weekdays = {int(one) for one in form.all("weekdays") if one in ("1", "2", "3", "4", "5", "6", "7")}
    if last is not None and (last - day).days > 731:
        reader.problems.append(("to", "Give 1 to 731 days"))
    reader.refuse()
    if last is not None:
        span = [day + timedelta(days=n) for n in range(1, (last - day).days + 1)]
        targets += [one for one in span if one.isoweekday() in weekdays]
    if not targets:
        raise invalid(("targets", "Choose a day"))
    return targets


def _total(days: list[Any]) -> Mapping[str, int]:
    return {
        name: sum(getattr(one, name) for one in days)
        for name in ("slots", "closed", "capacity", "booked", "held", "entered")
    }


async def _day_page(
    request: web.Request, view: VenueView, day: date, *, refused: Refused | None = None,
    typed: Mapping[str, Any] | None = None, changed: ChangedSlots | None = None, copied: MadeSlots | None = None,
    adding: bool = False, copying: bool = False,
) -> web.Response:  # fmt: skip
    """Show a day. The forms have what was typed, and the previews of what their changes would do."""
    services, typed = request.app[SERVICES], typed or {}
    slots = await slots_between(services, view.by, view.venue.venue_id, day, day)
    days = await days_of_slots(services, view.by, view.venue.venue_id, day, day)
    locale = language_context(request)["locale"]
    status = 200 if refused is None else 400 if refused.reason.value == "INVALID_REQUEST" else 409
    status = 412 if refused is not None and refused.reason.value == "VERSION_MISMATCH" else status
    chosen = {text.partition(":")[0] for text in typed.get("chosen", ())}
    return admin_page(
        request,
        "slot_day.html",
        status=status,
        refused=refused,
        blocked=(refused.details.get("slots") or ()) if refused is not None else (),
        overlaps=(refused.details.get("overlaps") or ()) if refused is not None else (),
        view=view,
        day=day,
        slots=slots,
        total=days.get(day),
        closed=(await closed_by_day(request, view, day, day)).get(day),
        earlier=day - timedelta(days=1),
        later=day + timedelta(days=1),
        chosen=chosen,
        capacity=typed.get("capacity", ""),
        changed=changed,
        added=typed.get("added")
        or {"start_time": "", "end_time": "", "capacity": str(slots[0].capacity) if slots else ""},
        adding=adding,
        copied=copied,
        copying=copying,
        copy=typed.get("copied") or {"targets": "", "to": "", "weekdays": [str(day.isoweekday())]},
        weekdays=weekday_heads(locale),
        most_capacity=MOST_CAPACITY,
        now=services.clock.now(),
    )
