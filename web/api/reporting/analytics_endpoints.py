"""The analytics endpoint: figures per slot and day, as JSON or CSV."""

import csv
import io
from typing import Any

from aiohttp import web

from hub.actions.reporting.analytics import analytics
from web.api.reporting.csv_files import csv_cell
from web.api.reporting.figures_query import csv_file, read_figures_query
from web.json_responses import success_response
from web.keys import SERVICES

COLUMNS = (
    "date", "slot_id", "start_time", "end_time", "capacity", "booked", "verified", "utilisation", "due", "no_show", "no_show_rate",
    "made", "cancelled", "kept", "scans", "yellow", "red", "rejection", "checked", "converted", "conversion",
    "show", "room",
)  # fmt: skip


async def show_analytics(request: web.Request) -> web.Response:
    asked = await read_figures_query(request)
    found = await analytics(request.app[SERVICES], asked.venue, asked.first, asked.last)
    return csv_file(asked, "figures", csv_lines(found)) if asked.as_csv else success_response(found)


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
