"""Rooms, shows and performances as the organiser's API shows them."""

import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from hub.actions.shows.add_performances import MadeRun, overlap_fields
from hub.actions.shows.close_performance import CancelledPerformance
from hub.actions.shows.move_performance import MovedPerformance
from hub.actions.shows.performance_records import Concerned, PerformanceRecord
from hub.actions.shows.shows import ShowRecord
from web.json_body import invalid
from web.request_fields import query_text

_CURSOR = re.compile(r"(-?[0-9]{1,17})_([0-9]{1,16})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_MICROSECONDS = 6_000_000_000_000_000
"""The year 2160. Datetime arithmetic fails far beyond it."""


def cursor_text(cursor: tuple[datetime, int] | None) -> str | None:
    """Return the `before` of the next page of performances."""
    if cursor is None:
        return None
    return f"{(cursor[0] - _EPOCH) // timedelta(microseconds=1)}_{cursor[1]}"


def query_cursor(request: web.Request) -> tuple[datetime, int] | None:
    """Return the `before` of a page of performances. Refuses INVALID_REQUEST."""
    text = query_text(request, "before")
    if text is None:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None or abs(int(found[1])) > _MOST_MICROSECONDS:
        raise invalid(("before", "Give the `next` of the previous page"))
    return _EPOCH + timedelta(microseconds=int(found[1])), int(found[2])


def show_fields(show: ShowRecord) -> dict[str, Any]:
    fields = asdict(show)
    poster, width, height = (fields.pop(name) for name in ("poster", "poster_width", "poster_height"))
    fields["poster"] = None if poster is None else {"url": f"/posters/{poster}", "width": width, "height": height}
    return fields


def performance_fields(performance: PerformanceRecord) -> dict[str, Any]:
    return {**asdict(performance), "available_count": performance.free}


def concerned_fields(concerned: Concerned) -> dict[str, Any]:
    fields = asdict(concerned)
    fields["first"] = fields.pop("named")
    return fields


def made_fields(made: MadeRun, *, dry_run: bool) -> dict[str, Any]:
    return {
        "performances": [asdict(one) for one in made.performances],
        "skipped": [asdict(one) for one in made.skipped],
        "overlaps": [overlap_fields(one) for one in made.overlaps],
        "dry_run": dry_run,
    }


def cancelled_fields(done: CancelledPerformance, *, dry_run: bool) -> dict[str, Any]:
    return {
        "performance": performance_fields(done.performance),
        "concerned": concerned_fields(done.concerned),
        "ended": done.ended,
        "remaining": done.remaining,
        "dry_run": dry_run,
    }


def moved_fields(done: MovedPerformance, *, dry_run: bool) -> dict[str, Any]:
    return {
        "performance": performance_fields(done.performance),
        "concerned": concerned_fields(done.concerned),
        "overlaps": [overlap_fields(one) for one in done.overlaps],
        "notified": done.notified,
        "remaining": done.remaining,
        "dry_run": dry_run,
    }
