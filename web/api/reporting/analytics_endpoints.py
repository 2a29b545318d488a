"""The analytics endpoint: figures per slot and day, as JSON or CSV."""

import csv
import io
from datetime import timedelta
from typing import Any

from aiohttp import web

from hub.access.roles import Role
from hub.actions.reporting.analytics import analytics
from hub.actions.reporting.scan_log import venue_of_records
from web.api.reporting.csv_files import BYTE_ORDER_MARK, csv_cell, wants_csv
from web.json_body import invalid
from web.json_responses import success_response
from web.keys import SERVICES
from web.limits import MOST_SPAN_DAYS
from web.request_fields import query_days, query_venue_id, staff_of

USUAL_DAYS = 30
COLUMNS = (
    "date", "slot_id", "start_time", "end_time", "capacity", "booked", "verified", "utilisation", "due", "no_show", "no_show_rate",
    "made", "cancelled", "kept", "scans", "yellow", "red", "rejection", "checked", "converted", "conversion",
    "show", "room",
)  # fmt: skip


async def show_analytics(request: web.Request) -> web.Response:
    staff = staff_of(request, Role.MANAGER)
    services = request.app[SERVICES]
    as_csv = wants_csv(request)
    venue_id = query_venue_id(request)
    venue = await venue_of_records(services, staff.org_id, venue_id or staff.venue_id)
    first, last = query_days(request)
    last = last or (first + timedelta(days=USUAL_DAYS - 1) if first else venue.business_day(services.clock.now()))
    first = first or last - timedelta(days=USUAL_DAYS - 1)
    if (last - first).days >= MOST_SPAN_DAYS:
        raise invalid(("to", f"At most {MOST_SPAN_DAYS} days"))
    found = await analytics(services, venue, first, last)
    if not as_csv:
        return success_response(found)
    return web.Response(
        body=(BYTE_ORDER_MARK + csv_lines(found)).encode(),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="figures-{venue.id}-{first}-{last}.csv"',
            "Cache-Control": "no-store",
        },
    )


def csv_lines(found: dict[str, Any]) -> str:
    """Return one line per slot, and one line per day without a slot, for figures that belong to no slot.

    On a day with slots, the line of the day holds only the checks, so that the sum of every column is right.
    """
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for day in found["days"]:
        rows = [{"date": day["date"], **slot} for slot in day["slots"]]
        if not rows:
            rows = [day] if day["scans"] or day["verified"] or day["checked"] else []
        elif day["checked"]:
            rows.append({name: day[name] for name in ("date", "checked", "converted", "conversion")})
        for row in rows:
            table.writerow([csv_cell(row.get(name)) for name in COLUMNS])
    return text.getvalue()
