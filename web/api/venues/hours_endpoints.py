"""The endpoints of opening hours and closed days."""

import re
from dataclasses import asdict
from datetime import date
from typing import Any

from aiohttp import web

from hub.access.roles import Role
from hub.actions.venues import closed_days
from hub.actions.venues.opening_hours import StoredWeek, change_week, read_week
from hub.text.closed_days_file import MOST_BYTES
from web.api.administration import actor_of, answer, is_dry_run
from web.api.venues.slot_endpoints import day_hours_of, hours_of
from web.api.venues.slot_requests import ChangedClosedDay, ChangedHours, NewClosedDays
from web.json_body import invalid, read_body, read_json
from web.keys import SERVICES
from web.limits import POSTER_SECONDS, SHOW_BODY_BYTES
from web.request_fields import expected_version, path_id, query_days, query_limit, query_text, query_venue_id

_CURSOR = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})_([0-9]{1,16})", re.ASCII)


async def show_hours(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    week = await read_week(request.app[SERVICES], by, query_venue_id(request))
    return answer(_week_fields(week), version=week.version)


async def change_hours(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedHours, SHOW_BODY_BYTES)
    week = await change_week(
        request.app[SERVICES], by, body.venue_id, day_hours_of(body.hours), version=version, dry_run=dry_run
    )
    return answer(_week_fields(week), version=week.version)


async def show_closed_days(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    first, last = query_days(request)
    page = await closed_days.list_closed_days(
        request.app[SERVICES], by, venue_id=query_venue_id(request), first=first, last=last, after=_after(request),
        limit=query_limit(request),
    )  # fmt: skip
    following = None if page.next is None else f"{page.next[0].isoformat()}_{page.next[1]}"
    return answer({"closed_days": [asdict(one) for one in page.closed_days], "next": following})


async def add_closed_days(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, NewClosedDays, SHOW_BODY_BYTES)
    added = await closed_days.add_closed_days(
        request.app[SERVICES], by, body.dates, venue_id=body.venue_id, name=body.name, hours=hours_of(body.hours),
        dry_run=dry_run,
    )  # fmt: skip
    return answer({**asdict(added), "dry_run": dry_run}, made=not dry_run)


async def import_closed_days(request: web.Request) -> web.Response:
    """Read the calendar file from the body. What it is is found in its bytes, so the header may name any media type."""
    by, dry_run, venue_id = actor_of(request), is_dry_run(request), query_venue_id(request)
    content = await read_body(request, MOST_BYTES, POSTER_SECONDS)
    added = await closed_days.import_closed_days(request.app[SERVICES], by, content, venue_id=venue_id, dry_run=dry_run)
    return answer({**asdict(added), "dry_run": dry_run}, made=not dry_run)


async def show_closed_day(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    day = await closed_days.read_closed_day(request.app[SERVICES], by, path_id(request, "closed_day_id"))
    return answer(asdict(day), version=day.version)


async def change_closed_day(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedClosedDay)
    hours = None if body.hours is None else hours_of(body.hours)
    day = await closed_days.change_closed_day(
        request.app[SERVICES], by, path_id(request, "closed_day_id"), day=body.day, name=body.name, hours=hours,
        version=version, dry_run=dry_run,
    )  # fmt: skip
    return answer(asdict(day), version=day.version)


async def delete_closed_day(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    await closed_days.delete_closed_day(
        request.app[SERVICES], by, path_id(request, "closed_day_id"), version=version, dry_run=dry_run
    )
    return answer({"deleted": not dry_run})


def _week_fields(week: StoredWeek) -> dict[str, Any]:
    return {"venue_id": week.venue_id, "hours": [asdict(one) for one in week.hours], "version": week.version}


def _after(request: web.Request) -> tuple[date, int] | None:
    """Return the `after` of a page of closed days. Refuses INVALID_REQUEST."""
    text = query_text(request, "after")
    if text is None:
        return None
    found = _CURSOR.fullmatch(text)
    try:
        return (date.fromisoformat(found[1]), int(found[2])) if found else _refuse_cursor()
    except ValueError:
        return _refuse_cursor()


def _refuse_cursor() -> tuple[date, int]:
    raise invalid(("after", "Give the `next` of the previous page"))
