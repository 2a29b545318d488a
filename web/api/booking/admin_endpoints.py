"""The endpoints of the managers' reservations: list, search and export them, show one, correct its contact, move, cancel, send again."""

import re
import unicodedata
from typing import Any

from aiohttp import web

from db.pool import DatabaseDown
from hub.access.roles import Role
from hub.actions.booking.cancel import cancel_reservation
from hub.actions.booking.correct_contact import correct_contact, resend_confirmation
from hub.actions.booking.find_reservations import (
    CHANNELS,
    STATUSES,
    ReservationQuery,
    every_reservation,
    find_reservations,
    read_found_reservation,
)
from hub.actions.booking.move import move_reservation
from hub.actions.shows.read_shows import other_performances
from hub.observability import telemetry
from web.api.administration import actor_of, answer
from web.api.booking.admin_fields import COLUMNS, csv_lines, reservation_fields
from web.api.booking.admin_requests import CorrectedContact, MovedReservation
from web.api.reporting.csv_files import BYTE_ORDER_MARK, wants_csv
from web.json_body import invalid, read_json
from web.keys import AVAILABILITY, SERVICES
from web.limits import LARGEST_ID, LONGEST_SEARCH
from web.request_fields import expected_version, path_id, query_choice, query_days, query_int, query_limit

_SEARCH = re.compile(rf"[^\x00-\x1f\x7f\ud800-\udfff]{{0,{LONGEST_SEARCH}}}")


async def list_reservations(request: web.Request) -> web.StreamResponse:
    by = actor_of(request, Role.MANAGER)
    query, as_csv = _query(request), wants_csv(request)
    before, limit = query_int(request, "before", 1, LARGEST_ID), query_limit(request)
    if as_csv:
        return await _send_csv(request, query)
    page = await find_reservations(request.app[SERVICES], by, query, before=before, limit=limit)
    return answer(
        {
            "reservations": [reservation_fields(one) for one in page.reservations],
            "next": page.next,
            "capped": page.capped,
        }
    )


async def show_reservation(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    return await _answer(request, path_id(request, "reservation_id"), by)


async def correct_one_contact(request: web.Request) -> web.Response:
    by, version = actor_of(request, Role.MANAGER), expected_version(request)
    body = await read_json(request, CorrectedContact)
    found = await correct_contact(
        request.app[SERVICES],
        by,
        path_id(request, "reservation_id"),
        email=body.email,
        phone=body.phone,
        version=version,
    )
    return answer(reservation_fields(found), version=found.version)


async def move_one_reservation(request: web.Request) -> web.Response:
    by, reservation_id = actor_of(request, Role.MANAGER), path_id(request, "reservation_id")
    body = await read_json(request, MovedReservation)
    services = request.app[SERVICES]
    await move_reservation(
        services, request.app[AVAILABILITY], other_performances(services), reservation_id, body.slot_id, token=None, identity=None,
        whole_party=body.party, by=by,
    )  # fmt: skip
    return await _answer(request, reservation_id, by)


async def cancel_one_reservation(request: web.Request) -> web.Response:
    by, reservation_id = actor_of(request, Role.MANAGER), path_id(request, "reservation_id")
    await cancel_reservation(request.app[SERVICES], reservation_id, token=None, identity=None, by=by)
    return await _answer(request, reservation_id, by)


async def resend_one_confirmation(request: web.Request) -> web.Response:
    by, reservation_id = actor_of(request, Role.MANAGER), path_id(request, "reservation_id")
    await resend_confirmation(request.app[SERVICES], by, reservation_id)
    return await _answer(request, reservation_id, by)


async def _answer(request: web.Request, reservation_id: int, by: Any) -> web.Response:
    found = await read_found_reservation(request.app[SERVICES], by, reservation_id)
    return answer(reservation_fields(found), version=found.version)


def _query(request: web.Request) -> ReservationQuery:
    text = request.query.get("q", "")
    if not _SEARCH.fullmatch(text):
        raise invalid(("q", f"Give at most {LONGEST_SEARCH} characters"))
    first, last = query_days(request)
    if first != last:
        raise invalid(("date", "Give one date"))
    return ReservationQuery(
        text=unicodedata.normalize("NFC", text).strip(),
        status=query_choice(request, "status", STATUSES),
        day=first,
        slot_id=query_int(request, "slot_id", 1, LARGEST_ID),
        venue_id=query_int(request, "venue_id", 1, LARGEST_ID),
        product_id=query_int(request, "product_id", 1, LARGEST_ID),
        channel=query_choice(request, "channel", CHANNELS),
    )


async def _send_csv(request: web.Request, query: ReservationQuery) -> web.StreamResponse:
    """Send all matching reservations as one file, read page by page. If Postgres fails in the middle, close the connection."""
    by, services = actor_of(request, Role.MANAGER), request.app[SERVICES]
    pages = every_reservation(services, by, query)
    # With a tuple as its default, `anext` of CPython 3.11 ends in a SystemError where there is no page.
    first = await anext(pages, None) or ()
    telemetry.event(telemetry.RESERVATIONS_EXPORTED, operator_id=by.staff_id)
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="reservations.csv"',
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
