"""The endpoints of the organiser's bookings: list and search them as JSON or CSV, and show one."""

import re
import unicodedata
from dataclasses import replace

from aiohttp import web

from db.pool import DatabaseDown
from hub.access.roles import Role
from hub.access.scope import refuse_other_venue
from hub.actions.shows.find_bookings import (
    STATUSES,
    FoundBooking,
    Sort,
    count_bookings,
    every_booking,
    find_bookings,
    find_bookings_anywhere,
    read_found_booking,
)
from hub.observability import telemetry
from web.api.reporting.csv_files import BYTE_ORDER_MARK, wants_csv
from web.api.shows.booking_list_fields import COLUMNS, booking_fields, count_fields, csv_lines
from web.json_body import invalid
from web.json_responses import success_response
from web.keys import SERVICES
from web.limits import LARGEST_ID, LONGEST_SEARCH
from web.request_fields import path_id, query_choice, query_int, query_limit, staff_of

SORTS: tuple[Sort, ...] = ("name", "newest")
_SEARCH = re.compile(rf"[^\x00-\x1f\x7f\ud800-\udfff]{{0,{LONGEST_SEARCH}}}")


async def list_bookings(request: web.Request) -> web.StreamResponse:
    """List the bookings of a performance, or find those of an address, a code or an id in all performances."""
    staff = staff_of(request, Role.MANAGER)
    services = request.app[SERVICES]
    performance_id = query_int(request, "performance_id", 1, LARGEST_ID)
    text = _query_search(request)
    status = query_choice(request, "status", STATUSES)
    sort = query_choice(request, "sort", SORTS)
    before, limit = query_int(request, "before", 1, LARGEST_ID), query_limit(request)
    as_csv = wants_csv(request)
    if performance_id is None:
        if not text or as_csv or status or sort:
            raise invalid(("performance_id", "Give a performance, or only q with an e-mail address, a code or an id"))
        page = await find_bookings_anywhere(services, staff.org_id, text, before=before, limit=limit)
        if staff.venue_ids:
            page = replace(page, bookings=[one for one in page.bookings if one.venue_id in staff.venue_ids])
        counts = None
    elif as_csv:
        return await _send_csv(request, performance_id, text, status)
    else:
        counts = await count_bookings(services, staff.org_id, performance_id)
        refuse_other_venue(staff, counts.venue_id)
        page = await find_bookings(
            services, staff.org_id, performance_id, text=text, status=status,
            sort="newest" if sort == "newest" else "name", before=before, limit=limit,
        )  # fmt: skip
    return success_response(
        {
            "bookings": [booking_fields(one) for one in page.bookings],
            "next": page.next,
            "counts": counts and count_fields(counts),
        }
    )


async def show_booking(request: web.Request) -> web.Response:
    staff = staff_of(request, Role.MANAGER)
    booking = await read_found_booking(request.app[SERVICES], staff.org_id, path_id(request, "booking_id"))
    refuse_other_venue(staff, booking.venue_id)
    return success_response(booking_fields(booking))


async def _send_csv(request: web.Request, performance_id: int, text: str, status: str | None) -> web.StreamResponse:
    """Send all matching bookings as one file, read page by page. If Postgres fails in the middle, close the connection."""
    staff, services = staff_of(request, Role.MANAGER), request.app[SERVICES]
    counts = await count_bookings(services, staff.org_id, performance_id)
    refuse_other_venue(staff, counts.venue_id)
    pages = every_booking(services, staff.org_id, performance_id, text=text, status=status)
    first: list[FoundBooking] = await anext(pages, [])
    telemetry.event(telemetry.BOOKINGS_EXPORTED, operator_id=staff.staff_id, slot_id=performance_id)
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="bookings-{counts.date}-{performance_id}.csv"',
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    await response.write((BYTE_ORDER_MARK + ",".join(COLUMNS) + "\r\n" + csv_lines(first)).encode())
    try:
        async for page in pages:
            await response.write(csv_lines(page).encode())
    except DatabaseDown:
        if request.transport is not None:
            request.transport.abort()
        return response
    await response.write_eof()
    return response


def _query_search(request: web.Request) -> str:
    text = request.query.get("q", "")
    if not _SEARCH.fullmatch(text):
        raise invalid(("q", f"Give at most {LONGEST_SEARCH} characters"))
    return unicodedata.normalize("NFC", text).strip()
