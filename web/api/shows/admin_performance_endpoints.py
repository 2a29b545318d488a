"""The endpoints of performances for their organiser: list, make, show, change, cancel, move and delete them."""

from typing import Any, cast

from aiohttp import web

from hub.access.roles import Role
from hub.actions.shows import performances
from hub.actions.shows.add_performances import PerformanceSettings, RunDraft, add_run
from hub.actions.shows.close_performance import cancel_performance
from hub.actions.shows.move_performance import Move, move_performance
from hub.actions.shows.performance_records import (
    PerformanceFilter,
    PerformanceStatus,
    list_performances,
    read_performance,
)
from hub.rules.performance_plan import Run
from web.api.administration import actor_of, answer, is_dry_run
from web.api.shows.admin_fields import (
    cancelled_fields,
    cursor_text,
    made_fields,
    moved_fields,
    performance_fields,
    query_cursor,
)
from web.api.shows.admin_requests import (
    CancelPerformance,
    ChangedPerformanceFields,
    MovePerformance,
    NewPerformance,
    NewRun,
)
from web.json_body import read_json
from web.keys import SERVICES
from web.limits import LARGEST_ID
from web.request_fields import (
    expected_version,
    path_id,
    query_choice,
    query_days,
    query_int,
    query_limit,
    query_venue_id,
)

STATUSES: tuple[PerformanceStatus, ...] = ("ACTIVE", "CANCELLED")
_SETTINGS = (*performances.SETTINGS, "booking_closes_minutes")


async def show_performances(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    first, last = query_days(request)
    wanted = PerformanceFilter(
        query_venue_id(request), query_int(request, "show_id", 1, LARGEST_ID), query_int(request, "room_id", 1, LARGEST_ID),
        first, last, cast("PerformanceStatus | None", query_choice(request, "status", STATUSES)),
    )  # fmt: skip
    page = await list_performances(
        request.app[SERVICES], by, wanted, before=query_cursor(request), limit=query_limit(request)
    )
    return answer(
        {"performances": [performance_fields(one) for one in page.performances], "next": cursor_text(page.next)}
    )


async def add_one_performance(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request, Role.MANAGER), is_dry_run(request)
    body = await read_json(request, NewPerformance)
    run = Run((body.start_time,), dates=(body.date,))
    made = await add_run(request.app[SERVICES], by, _draft(body, run), overlap=body.overlap, dry_run=dry_run)
    return answer(made_fields(made, dry_run=dry_run), made=not dry_run)


async def add_performances(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request, Role.MANAGER), is_dry_run(request)
    body = await read_json(request, NewRun)
    run = Run(
        tuple(body.times), body.first, body.last, tuple(body.weekdays), tuple(body.except_dates), tuple(body.dates)
    )
    made = await add_run(request.app[SERVICES], by, _draft(body, run), overlap=body.overlap, dry_run=dry_run)
    return answer(made_fields(made, dry_run=dry_run), made=not dry_run)


async def show_performance(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    one = await read_performance(request.app[SERVICES], by, path_id(request, "performance_id"))
    return answer(performance_fields(one), version=one.version)


async def change_performance(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.MANAGER), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedPerformanceFields)
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    one = await performances.change_performance(
        request.app[SERVICES], by, path_id(request, "performance_id"), changes, version=version, dry_run=dry_run
    )
    return answer(performance_fields(one), version=one.version)


async def delete_performance(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.MANAGER), is_dry_run(request), expected_version(request)
    await performances.delete_performance(
        request.app[SERVICES], by, path_id(request, "performance_id"), version=version, dry_run=dry_run
    )
    return answer({"deleted": not dry_run})


async def cancel_one_performance(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.MANAGER), is_dry_run(request), expected_version(request)
    body = await read_json(request, CancelPerformance)
    done = await cancel_performance(
        request.app[SERVICES], by, path_id(request, "performance_id"), message=body.message, version=version, dry_run=dry_run
    )  # fmt: skip
    return answer(cancelled_fields(done, dry_run=dry_run), version=done.performance.version)


async def move_one_performance(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.MANAGER), is_dry_run(request), expected_version(request)
    body = await read_json(request, MovePerformance)
    done = await move_performance(
        request.app[SERVICES], by, path_id(request, "performance_id"),
        Move(body.day, body.start_time, body.room_id, body.minutes), message=body.message, overlap=body.overlap,
        version=version, dry_run=dry_run,
    )  # fmt: skip
    return answer(moved_fields(done, dry_run=dry_run), version=done.performance.version)


def _draft(body: NewPerformance | NewRun, run: Run) -> RunDraft:
    settings = PerformanceSettings(**{name: getattr(body, name) for name in _SETTINGS})
    return RunDraft(body.show_id, body.room_id, run, body.minutes, settings)
