"""The scan log as CSV, sent while it is read, with 1,000 rows in memory at a time."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from db.pool import DatabaseDown
from hub.rules.venue import Venue
from web.api.reporting.csv_files import BYTE_ORDER_MARK, csv_cell

COLUMNS = (
    "logged_at", "scanned_at", "venue_date", "venue_time", "gate", "operator_id", "operator", "mode", "result", "reason",
    "ticket_code", "ticket_id", "entered", "undone", "note", "device", "source", "scan_id", "undoes",
    "people", "show", "room", "day",
)  # fmt: skip


def csv_lines(scans: list[dict[str, Any]], zone: ZoneInfo) -> str:
    """Return the lines of these scans: timestamps in UTC, and when they happened as date and time in the venue's time zone."""
    text = io.StringIO()
    table = csv.writer(text)
    for scan in scans:
        local = datetime.fromisoformat(scan["happened_at"]).astimezone(zone)
        values = {
            **scan, "venue_date": local.date().isoformat(), "venue_time": local.time().isoformat("seconds"),
            "operator": scan["operator_name"], "day": scan["day"].isoformat(),
        }  # fmt: skip
        table.writerow([csv_cell(values[name]) for name in COLUMNS])
    return text.getvalue()


async def send_table(
    request: web.Request, pages: AsyncIterator[list[dict[str, Any]]], venue: Venue, name: str
) -> web.StreamResponse:
    """Send the whole table, reading from Postgres no faster than the client receives it.

    If Postgres fails in the middle, the connection is closed, so that the client does not take a part for the whole.
    """
    first: list[dict[str, Any]] = await anext(pages, [])
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    await response.write((BYTE_ORDER_MARK + ",".join(COLUMNS) + "\r\n" + csv_lines(first, venue.zone)).encode())
    try:
        async for page in pages:
            await response.write(csv_lines(page, venue.zone).encode())
    except DatabaseDown:
        if request.transport is not None:
            request.transport.abort()
        return response
    await response.write_eof()
    return response
