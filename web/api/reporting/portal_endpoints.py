"""The endpoint of the booking page's figures, as JSON or as one table in CSV."""

import csv
import io
from typing import Any

from aiohttp import web

from hub.actions.reporting.portal_figures import portal_figures
from web.api.reporting.csv_files import csv_cell
from web.api.reporting.figures_query import csv_file, read_figures_query
from web.json_responses import success_response
from web.keys import SERVICES
from web.request_fields import query_choice

TABLES = {
    "days": (
        "date", "checked", "contact_verified", "booked", "contact_rate", "conversion", "reservations", "refused",
        "activation_due", "activated", "activation_rate", "reservation_due", "reserved", "reservation_rate",
    ),
    "refusals": ("step", "reason", "refusals"),
    "hours": ("date", "hour", "reservations"),
    "times": ("from_seconds", "to_seconds", "bookings"),
}  # fmt: skip
"""The columns of each table in CSV."""


async def show_portal_figures(request: web.Request) -> web.Response:
    asked = await read_figures_query(request)
    table = query_choice(request, "table", tuple(TABLES)) or "days"
    found = await portal_figures(request.app[SERVICES], asked.venue, asked.first, asked.last)
    if not asked.as_csv:
        return success_response(found)
    rows = found["times"]["parts"] if table == "times" else found[table]
    return csv_file(asked, f"booking-page-{table}", csv_lines(TABLES[table], rows))


def csv_lines(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> str:
    """Return the names of the columns and a line per row."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(columns)
    table.writerows([csv_cell(row[name]) for name in columns] for row in rows)
    return text.getvalue()
