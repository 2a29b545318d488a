"""The scan log as a table for spreadsheets: CSV, sent as it is read, however long, a thousand rows in memory at a time."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from db.pool import DatabaseDown
from hub.actions.venues.venue_cache import Venue

HEAD = (
    "logged_at", "scanned_at", "venue_date", "venue_time", "gate", "operator_id", "operator", "mode", "result", "reason",
    "ticket_code", "ticket_id", "entered", "undone", "note", "device", "source", "scan_id", "undoes",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BYTE_ORDER_MARK = "\ufeff"
"""Without it a spreadsheet takes the file for its own old encoding, and names come out garbled."""


def cell(value: object) -> object:
    """A value no spreadsheet runs: text that begins like a formula gets an apostrophe, which shows it as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return value


def lines(scans: list[dict[str, Any]], zone: ZoneInfo) -> str:
    """The lines of these scans; moments in UTC, and beside them the date and time on the venue's clock."""
    text = io.StringIO()
    table = csv.writer(text)
    for scan in scans:
        local = datetime.fromisoformat(scan["scanned_at"]).astimezone(zone)
        values = {
            **scan, "venue_date": local.date().isoformat(), "venue_time": local.time().isoformat("seconds"),
            "operator": scan["operator_name"],
        }  # fmt: skip
        table.writerow([cell(values[name]) for name in HEAD])
    return text.getvalue()


async def send_table(
    request: web.Request, pages: AsyncIterator[list[dict[str, Any]]], venue: Venue, name: str
) -> web.StreamResponse:
    """Answer with the whole table. Who reads slowly is read for slowly; where Postgres goes away in the middle the
    connection breaks off, so that nobody takes a part for the whole."""
    first: list[dict[str, Any]] = await anext(pages, [])
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    await response.write((_BYTE_ORDER_MARK + ",".join(HEAD) + "\r\n" + lines(first, venue.zone)).encode())
    try:
        async for page in pages:
            await response.write(lines(page, venue.zone).encode())
    except DatabaseDown:
        if request.transport is not None:
            request.transport.abort()
        return response
    await response.write_eof()
    return response
