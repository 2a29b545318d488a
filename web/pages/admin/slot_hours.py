"""Opening hours: the regular week, closed days with the import of a calendar, and the slots made from them after a preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from hub.actions.venues.closed_days import (
    AddedDays,
    add_closed_days,
    delete_closed_day,
    import_closed_days,
)
from hub.actions.venues.make_slots import Generation, MadeSlots, generate_from_hours
from hub.actions.venues.opening_hours import DayHours, change_week, read_week
from hub.rules.opening_hours import Hours
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.closed_days_file import MOST_BYTES
from web.json_body import invalid
from web.keys import SERVICES
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.calendar_upload import read_calendar_form
from web.pages.admin.field_words import said_of_field
from web.pages.admin.form_fields import FieldReader
from web.pages.admin.slot_views import (
    CALENDAR,
    HOURS,
    VenueView,
    closed_by_day,
    next_month,
    view_of,
    weekday_heads,
    weeks_of_month,
)
from web.pages.forms import Form, read_form
from web.pages.page_language import language_context
from web.pages.staff import administrator_of, manager_of
from web.request_fields import path_id

MOST_ROWS = 30
"""Rows of the week's form. Each is for any number of days."""
_FIELDS = 12 * MOST_ROWS
_ROW = ("opens", "closes", "minutes", "capacity")
_DAY = ("first", "last", "name", *_ROW)
_ALL_DAYS = ("1", "2", "3", "4", "5", "6", "7")
MOST_SHOWN = 50
"""Skipped and overlapping slots that a preview names. The others are only counted."""


async def show_hours(request: web.Request) -> web.Response:
    view = await view_of(request, manager_of(request))
    return await _page(request, view)


async def change_hours(request: web.Request) -> web.Response:
    """Store the week. A stale form is shown again, with what somebody else stored meanwhile. `more` adds an empty row."""
    administrator = administrator_of(request)
    form = await read_form(request, 64 * 1024, _FIELDS)
    view = await view_of(request, administrator)
    rows = _typed_rows(form)
    if form.has("more"):
        return await _page(request, view, rows=[*rows, _empty_row()], version=form.get("version"))
    try:
        hours, places = _hours_of(rows)
        version = int(form.get("version")) if form.get("version").isdigit() and len(form.get("version")) < 10 else None
        try:
            await change_week(request.app[SERVICES], view.by, view.venue.venue_id, hours, version=version)
        except Refused as no:
            raise _by_row(no, places) from None
    except Refused as no:
        stale = no.reason is Reason.VERSION_MISMATCH
        version_now = str(no.details["version"]) if stale else form.get("version")
        return await _page(request, view, refused=no, rows=rows, version=version_now, stale=stale)
    return _back(view, "hours-changed")


async def add_day(request: web.Request) -> web.Response:
    """Add a closed day or several in a row, or with hours of their own."""
    administrator = administrator_of(request)
    form = await read_form(request)
    view = await view_of(request, administrator)
    typed = {name: form.get(name) for name in _DAY}
    reader = FieldReader(form)
    try:
        first, last = reader.day("first"), reader.day("last")
        hours = _own_hours(reader)
        if first is None and "first" not in dict(reader.problems):
            reader.problems.append(("first", "Choose a day"))
        reader.refuse()
        assert first is not None, "refused above"
        length = ((last or first) - first).days + 1
        if not 1 <= length <= 366:
            raise invalid(("last", "The last day is before the first" if length < 1 else "Give 1 to 366 days"))
        days = [first + timedelta(days=n) for n in range(length)]
        added = await add_closed_days(
            request.app[SERVICES], view.by, days, venue_id=view.venue.venue_id, name=typed["name"], hours=hours
        )
    except Refused as no:
        return await _page(request, view, refused=no, day=typed)
    if not added.added:
        return await _page(
            request, view, refused=invalid(("first", "This venue has a closed day on that date already")), day=typed
        )
    return _back(view, "closed-days-added")


async def remove_day(request: web.Request) -> web.Response:
    """Remove a closed day: the regular week holds again."""
    administrator = administrator_of(request)
    form = await read_form(request)
    view = await view_of(request, administrator)
    try:
        await delete_closed_day(
            request.app[SERVICES], view.by, path_id(request, "closed_day_id"), version=form.number("version")
        )
    except Refused as no:
        return await _page(request, view, refused=no)
    return _back(view, "closed-day-deleted")


async def import_days(request: web.Request) -> web.Response:
    """Import the closed days of a calendar file, and say which were added and which events were left out."""
    administrator = administrator_of(request)
    view = await view_of(request, administrator)
    try:
        content = await read_calendar_form(request, MOST_BYTES)
        imported = await import_closed_days(request.app[SERVICES], view.by, content, venue_id=view.venue.venue_id)
    except Refused as no:
        return await _page(request, view, refused=no)
    return await _page(request, view, imported=imported)


async def generate(request: web.Request) -> web.Response:
    """Say what would be made, what stands, what overlaps and what is skipped; with the field `go`, make the slots."""
    administrator = administrator_of(request)
    form = await read_form(request)
    view = await view_of(request, administrator)
    go, overlap = form.has("go"), form.get("overlap") == "1"
    typed = {"from": form.get("from"), "to": form.get("to"), "overlap": overlap}
    reader = FieldReader(form)
    try:
        first, last = reader.day("from"), reader.day("to")
        for name, value in (("from", first), ("to", last)):
            if value is None and name not in dict(reader.problems):
                reader.problems.append((name, "Choose a day"))
        reader.refuse()
        assert first is not None, "refused above"
        assert last is not None, "refused above"
        made = await generate_from_hours(
            request.app[SERVICES],
            view.by,
            Generation(first, last, view.venue.venue_id),
            overlap=overlap,
            dry_run=not go,
        )
    except Refused as no:
        return await _page(request, view, refused=no, span=typed)
    if not go:
        return await _page(request, view, span=typed, made=made)
    venue = view.venue.venue_id if len(view.venues) > 1 else None
    month = made.made[0].slot.date if made.made else first
    return see_other(CALENDAR, venue=venue, month=f"{month:%Y-%m}", done="slots-made")


def _back(view: VenueView, done: str) -> web.Response:
    return see_other(HOURS, venue=view.venue.venue_id if len(view.venues) > 1 else None, done=done)


def _empty_row() -> dict[str, Any]:
    return {"days": [], **dict.fromkeys(_ROW, "")}


def _typed_rows(form: Form) -> list[dict[str, Any]]:
    """Return the rows of the form as they were typed."""
    rows = []
    for number in range(MOST_ROWS):
        if not any(form.has(f"{name}-{number}") for name in _ROW):
            break
        days = [day for day in form.all(f"days-{number}") if day in _ALL_DAYS]
        rows.append({"days": days, **{name: form.get(f"{name}-{number}") for name in _ROW}})
    return rows


def _stored_rows(hours: Sequence[DayHours]) -> list[dict[str, Any]]:
    """Return a week as rows: days with the same hours share one."""
    groups: dict[Hours, list[str]] = {}
    for one in hours:
        groups.setdefault(one.hours, []).append(str(one.weekday))
    return [
        {"days": days, "opens": f"{one.opens:%H:%M}", "closes": f"{one.closes:%H:%M}", "minutes": str(one.minutes),
         "capacity": str(one.capacity)}
        for one, days in groups.items()
    ]  # fmt: skip


def _hours_of(rows: Sequence[Mapping[str, Any]]) -> tuple[list[DayHours], list[int]]:
    """Return the hours of the typed rows, and the row of each. Empty rows are left out. Refuses INVALID_REQUEST by row."""
    hours, places, problems = list[DayHours](), list[int](), list[tuple[str, str]]()
    for number, row in enumerate(rows):
        if not row["days"] and not any(row[name] for name in ("opens", "closes")):
            continue
        reader = FieldReader(Form([(name, row[name]) for name in _ROW]))
        opens, closes, minutes, capacity = (
            reader.clock_time("opens"), reader.clock_time("closes"), reader.number("minutes"), reader.number("capacity")
        )  # fmt: skip
        wrong = dict(reader.problems)
        for name, value in (("opens", opens), ("closes", closes)):
            if value is None:
                wrong.setdefault(name, "Give a time such as 20:00")
        for name, count in (("minutes", minutes), ("capacity", capacity)):
            if count is None:
                wrong.setdefault(name, "Give a whole number")
        if not row["days"]:
            wrong["days"] = "Choose a day"
        problems += [(f"{name}-{number}", text) for name, text in wrong.items()]
        if not wrong and opens is not None and closes is not None and minutes is not None and capacity is not None:
            for day in row["days"]:
                hours.append(DayHours(int(day), opens, closes, minutes, capacity))
                places.append(number)
    if problems:
        raise invalid(*problems)
    return hours, places


def _by_row(no: Refused, places: Sequence[int]) -> Refused:
    """Return the refusal with the rows of the form in place of the positions of `hours.3`."""
    for problem in no.details.get("errors", ()):
        name, _, position = problem["field"].partition(".")
        if name == "hours" and position.isdigit() and int(position) < len(places):
            problem["field"] = f"days-{places[int(position)]}"
    return no


def _own_hours(reader: FieldReader) -> tuple[Hours, ...]:
    """Return the hours of an exception; none if its fields are empty."""
    opens, closes = reader.clock_time("opens"), reader.clock_time("closes")
    minutes, capacity = reader.number("minutes"), reader.number("capacity")
    given = {"opens": opens, "closes": closes, "minutes": minutes, "capacity": capacity}
    if all(value is None for value in given.values()) and not reader.problems:
        return ()
    known = dict(reader.problems)
    for name, value in given.items():
        if value is None and name not in known:
            words = "Give a time such as 20:00" if name in ("opens", "closes") else "Give a whole number"
            reader.problems.append((name, words))
    if opens is None or closes is None or minutes is None or capacity is None:
        return ()
    return (Hours(opens, closes, minutes, capacity),)


async def _page(
    request: web.Request, view: VenueView, *, refused: Refused | None = None, rows: list[dict[str, Any]] | None = None,
    version: str | None = None, stale: bool = False, day: Mapping[str, str] | None = None,
    span: Mapping[str, Any] | None = None, made: MadeSlots | None = None, imported: AddedDays | None = None,
) -> web.Response:  # fmt: skip
    services, locale = request.app[SERVICES], language_context(request)["locale"]
    week = await read_week(services, view.by, view.venue.venue_id)
    stored = _stored_rows(week.hours)
    shown = rows if rows is not None else [*stored, _empty_row()]
    if len(shown) < 2:
        shown = [*shown, *(_empty_row() for _ in range(2 - len(shown)))]
    first = view.now + timedelta(days=1)
    status = 200
    if refused is not None:
        status = (
            412
            if stale or refused.reason is Reason.VERSION_MISMATCH
            else 400
            if refused.reason is Reason.INVALID_REQUEST
            else 409
        )
    closed = await closed_by_day(request, view, view.now, view.now + timedelta(days=800))
    return admin_page(
        request,
        "slot_hours.html",
        status=status,
        refused=refused,
        overlaps=refused.details.get("overlaps", ()) if refused is not None else (),
        view=view,
        rows=shown[:MOST_ROWS],
        most_rows=MOST_ROWS,
        version=version if version is not None else str(week.version),
        newest=stored if stale else None,
        weekdays=[(str(number), short, full) for number, short, full in weekday_heads(locale)],
        closed_days=sorted(closed.values(), key=lambda one: one.date),
        day={**dict.fromkeys(_DAY, ""), **(day or {})},
        days_of=span or {"from": first.isoformat(), "to": (first + timedelta(days=89)).isoformat(), "overlap": False},
        made=made,
        months=_months(made, await closed_by_day(request, view, *_bounds(made)), locale) if made and made.made else [],
        most_shown=MOST_SHOWN,
        imported=imported,
        has_hours=bool(week.hours),
        said_of_event=said_of_field,
    )


def _bounds(made: MadeSlots) -> tuple[date, date]:
    days = [one.slot.date for one in made.made]
    return min(days), max(days)


def _months(made: MadeSlots, closed: Mapping[date, Any], locale: str) -> list[tuple[date, list[Any], dict[date, int]]]:
    """Return the months of a preview: first day, weeks, and how many slots are made on each day."""
    counts: dict[date, int] = {}
    for one in made.made:
        counts[one.slot.date] = counts.get(one.slot.date, 0) + 1
    first, last = _bounds(made)
    month, months = first.replace(day=1), []
    while month <= last:
        months.append((month, weeks_of_month(month, {}, closed, locale), counts))
        month = next_month(month, 1)
    return months
