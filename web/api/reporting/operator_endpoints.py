"""The endpoint of the decisions at the gates by person and shift, as JSON or CSV."""

from aiohttp import web

from hub.actions.reporting.operator_figures import operator_figures
from web.api.reporting.figures_query import csv_file, read_figures_query
from web.api.reporting.portal_endpoints import csv_lines
from web.json_responses import success_response
from web.keys import SERVICES

COLUMNS = (
    "date", "operator_id", "operator_name", "starts_at", "ends_at", "planned", "decided", "green", "yellow", "red", "overridden",
    "undone", "accuracy",
)  # fmt: skip


async def show_operator_figures(request: web.Request) -> web.Response:
    asked = await read_figures_query(request)
    found = await operator_figures(request.app[SERVICES], asked.venue, asked.first, asked.last)
    if not asked.as_csv:
        return success_response(found)
    zone = asked.venue.zone
    shifts = [
        {**one, **{name: one[name].astimezone(zone).isoformat(timespec="seconds") for name in ("starts_at", "ends_at")}}
        for one in found["shifts"]
    ]
    return csv_file(asked, "operators", csv_lines(COLUMNS, shifts))
