"""The endpoint of the figures after the day, as JSON and as a table."""

import csv
import io
from datetime import date, time, timedelta
from typing import Any, Literal

from aiohttp import web
from pydantic import Field

from hub.access.roles import Role, at_least
from hub.actions.reporting.analytics import analytics
from hub.actions.reporting.scan_log import venue_of_records
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue_day import today
from web.api.endpoint import Endpoint, Parameter
from web.api.reporting.scan_log_csv import cell
from web.api.reporting.scan_log_endpoints import query_days
from web.api.responses import Done, Shape
from web.json_body import invalid
from web.json_responses import done
from web.keys import SERVICES
from web.request_fields import query_int, staff_of

MOST_DAYS = 92
USUAL_DAYS = 30
_BYTE_ORDER_MARK = "\ufeff"
HEAD = (
    "date", "slot_id", "start_time", "end_time", "capacity", "booked", "verified", "utilisation", "due", "no_show", "no_show_rate",
    "made", "cancelled", "kept", "scans", "yellow", "red", "rejection", "checked", "converted", "conversion",
)  # fmt: skip
_DAY = {"type": "string", "format": "date"}


class ReasonCount(Shape):
    result: Literal["YELLOW", "RED"]
    reason: str
    scans: int


class Figures(Shape):
    capacity: int
    booked: int
    verified: int
    """With `walk_ins`."""
    walk_ins: int
    utilisation: float | None
    """Booked of capacity, 0 to 1; null where there is no capacity."""
    due: int
    """Booked for slots that are over, with the places released because nobody came."""
    no_show: int | None
    """Booked and not come, of slots that are over; null while none is."""
    no_show_rate: float | None
    made: int
    """Reservations ever made, those given back among them."""
    cancelled: int
    kept: float | None
    """Visits of the reservations ever made for slots that are over; null while none is."""
    scans: int
    yellow: int
    red: int
    rejection: float | None
    """RED of scans."""
    reasons: list[ReasonCount]


class FiguresWithChecks(Figures):
    checked: int
    """Tickets that passed the portal's check, each once a day."""
    converted: int
    """Those of them that got a reservation after it and before a check on a later day, whatever became of it."""
    conversion: float | None
    """Converted of checked, 0 to 1; null where none was checked. A slot has no such figure."""


class SlotFigures(Figures):
    slot_id: int
    start_time: time
    end_time: time


class DayFigures(FiguresWithChecks):
    date: date
    slots: list[SlotFigures]


class Analytics(Shape):
    first: date = Field(alias="from")
    to: date
    venue_id: int
    total: FiguresWithChecks
    days: list[DayFigures]


class AnalyticsAnswer(Done):
    data: Analytics


async def read(request: web.Request) -> web.Response:
    staff = staff_of(request)
    if not at_least(staff.role, Role.MANAGER):
        raise Refused(Reason.FORBIDDEN)
    services = request.app[SERVICES]
    form = request.query.get("format", "json")
    if form not in ("json", "csv"):
        raise invalid(("format", "Give json or csv"))
    venue_id = query_int(request, "venue_id", 1, 2**31 - 1)
    venue = await venue_of_records(services, staff.org_id, venue_id or staff.venue_id)
    first, last = query_days(request)
    last = last or (first + timedelta(days=USUAL_DAYS - 1) if first else today(services.clock.now(), venue.zone))
    first = first or last - timedelta(days=USUAL_DAYS - 1)
    if (last - first).days >= MOST_DAYS:
        raise invalid(("to", f"At most {MOST_DAYS} days"))
    found = await analytics(services, venue, first, last)
    if form == "json":
        return done(found)
    return web.Response(
        body=(_BYTE_ORDER_MARK + lines(found)).encode(),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="figures-{venue.id}-{first}-{last}.csv"',
            "Cache-Control": "no-store",
        },
    )


def lines(found: dict[str, Any]) -> str:
    """One line per slot; a day has one of its own, without a slot, for what is no slot's.

    Of a day with slots that line holds the checks alone, so that every column adds up.
    """
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(HEAD)
    for day in found["days"]:
        rows = [{"date": day["date"], **slot} for slot in day["slots"]]
        if not rows:
            rows = [day] if day["scans"] or day["verified"] or day["checked"] else []
        elif day["checked"]:
            rows.append({name: day[name] for name in ("date", "checked", "converted", "conversion")})
        for row in rows:
            table.writerow([cell(row.get(name)) for name in HEAD])
    return text.getvalue()


ANALYTICS_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/analytics", read, "Figures per slot and day", "Records", "operator", AnalyticsAnswer,
        parameters=(
            Parameter("from", "query", _DAY, f"First day; without it, {USUAL_DAYS} days up to the last."),
            Parameter("to", "query", _DAY, f"Last day, included; without it, today. At most {MOST_DAYS} days in all."),
            Parameter("date", "query", _DAY, "One day alone."),
            Parameter("venue_id", "query", {"type": "integer", "minimum": 1}, "The login's venue unless given."),
            Parameter("format", "query", {"enum": ["json", "csv"], "default": "json"},
                      "`csv` answers as `text/csv`: a line per slot, and a line per day, without a slot, for its checks."),
        ),
        refusals=(Reason.INVALID_REQUEST, Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.NOT_FOUND),
        about="For managers. A day counts every scan, a slot those of its own tickets on its own day. "
        "Reservation conversion (`converted` of `checked`) is a day's alone: a ticket is checked before there is a slot.",
    ),
)  # fmt: skip
