"""The reservations endpoints: book a place, look at it, take it home as a picture or a calendar entry, give it back."""

import hashlib
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from hub import telemetry
from hub.actions.cancel_reservation import cancel_reservation
from hub.actions.organisations import resolve_org
from hub.actions.read_reservation import ReservationView, read_reservation, reservation_of_token
from hub.actions.reserve_ticket import ReserveRequest
from hub.confirmation import qr_code
from hub.confirmation.calendar_file import CalendarEntry, calendar_file
from hub.contact_details import check_contact
from hub.refusals import Refused
from hub.rules.reasons import Reason
from web.answers import done
from web.api.asking import idempotency_key, identity_of, keep_pace, manage_token, organisation, path_id
from web.api.bodies import CreateReservation
from web.json_body import read_json
from web.keys import BOOKING_DESK, HOUSE


async def create(request: web.Request) -> web.Response:
    house = request.app[HOUSE]
    body = await read_json(request, CreateReservation)
    key = idempotency_key(request)
    contact = check_contact(body.customer_email, body.customer_phone, ("customer_email", "customer_phone"))
    await keep_pace(request, "reservations", house.settings.rate_reservations)
    org_id = await resolve_org(house, organisation(request, body.orq))
    # What was meant, not how it was spelt: a repeat with other spaces or another order of fields is the same request.
    meant = orjson.dumps([body.ticket_id, body.slot_id, contact.email, contact.phone_e164])
    started = perf_counter()
    try:
        reserved = await request.app[BOOKING_DESK].reserve(
            ReserveRequest(
                org_id=org_id,
                ticket_id=body.ticket_id,
                slot_id=body.slot_id,
                email=contact.email,
                phone=contact.phone_e164,
                idempotency_key=key,
                body_hash=hashlib.sha256(meant).digest(),
            )
        )
    except Refused as no:
        telemetry.reservation_tried(no.reason, perf_counter() - started)
        telemetry.event(
            telemetry.RESERVATION_FAILED,
            ticket_id=body.ticket_id,
            slot_id=body.slot_id,
            reason=no.reason,
            seconds=perf_counter() - started,
            also=[telemetry.CREATION_STARTED, telemetry.CREATION_FAILED],
        )
        raise
    telemetry.reservation_tried("success", perf_counter() - started)
    telemetry.event(
        telemetry.RESERVATION_CREATED,
        reservation_id=reserved.reservation_id,
        ticket_id=body.ticket_id,
        slot_id=reserved.slot_id,
        slot_date=reserved.date,
        seconds=perf_counter() - started,
        also=[telemetry.CREATION_STARTED, telemetry.CREATION_SUCCESS],
    )
    return done(
        {
            "reservation_id": reserved.reservation_id,
            "ticket_code": reserved.ticket_code,
            "slot": {
                "slot_id": reserved.slot_id,
                "date": reserved.date,
                "start_time": reserved.start_time,
                "end_time": reserved.end_time,
            },
            "confirmation_sent": True,
            "qr_code": qr_code.png_data_url(reserved.ticket_code),
            "manage_url": f"{house.settings.public_url}/r/{reserved.manage_token}",
        }
    )


async def read(request: web.Request) -> web.Response:
    return done(as_dict(await _reservation(request)))


async def by_token(request: web.Request) -> web.Response:
    """The page behind the customer's link knows the token and no id."""
    token = manage_token(request)
    if token is None:
        raise Refused(Reason.UNAUTHENTICATED)
    return done(as_dict(await reservation_of_token(request.app[HOUSE], token)))


async def cancel(request: web.Request) -> web.Response:
    reservation_id = path_id(request, "reservation_id")
    result = await cancel_reservation(
        request.app[HOUSE], reservation_id, token=manage_token(request), identity=identity_of(request)
    )
    return done(result)


async def qr_png(request: web.Request) -> web.Response:
    reservation = await _reservation(request)
    return _file(qr_code.png(reservation.ticket_code), "image/png", f"ticket-{reservation.reservation_id}.png")


async def qr_svg(request: web.Request) -> web.Response:
    reservation = await _reservation(request)
    picture = qr_code.svg(reservation.ticket_code).encode()
    return _file(picture, "image/svg+xml", f"ticket-{reservation.reservation_id}.svg")


async def calendar(request: web.Request) -> web.Response:
    house = request.app[HOUSE]
    reservation = await _reservation(request)
    token = manage_token(request)
    public_url = house.settings.public_url
    entry = CalendarEntry(
        reservation_id=reservation.reservation_id,
        host=urlsplit(public_url).hostname or "venue-hub",
        venue_name=reservation.venue_name,
        venue_timezone=reservation.timezone,
        ticket_code=reservation.ticket_code,
        starts_at=reservation.starts_at,
        ends_at=reservation.ends_at,
        manage_url=f"{public_url}/r/{token}" if token else "",
    )
    cancelled = reservation.status == "CANCELLED"
    text = calendar_file(
        entry,
        stamped_at=house.clock.now(),
        method="CANCEL" if cancelled else "PUBLISH",
        sequence=1 if cancelled else 0,
    )
    return _file(text, "text/calendar; charset=utf-8", f"reservation-{reservation.reservation_id}.ics")


async def _reservation(request: web.Request) -> ReservationView:
    reservation_id = path_id(request, "reservation_id")
    return await read_reservation(
        request.app[HOUSE], reservation_id, token=manage_token(request), identity=identity_of(request)
    )


def as_dict(reservation: ReservationView) -> dict[str, Any]:
    return {
        "reservation_id": reservation.reservation_id,
        "ticket_id": reservation.ticket_id,
        "ticket_code": reservation.ticket_code,
        "status": reservation.status,
        "slot": {
            "slot_id": reservation.slot_id,
            "date": reservation.date,
            "start_time": reservation.start_time,
            "end_time": reservation.end_time,
            "starts_at": reservation.starts_at,
            "ends_at": reservation.ends_at,
        },
        "venue": {"id": reservation.venue_id, "name": reservation.venue_name, "timezone": reservation.timezone},
        "customer_email": reservation.customer_email,
        "customer_phone": reservation.customer_phone,
        "reserved_at": reservation.reserved_at,
        "change_cutoff_hours": reservation.change_cutoff_hours,
    }


def _file(content: bytes, kind: str, name: str) -> web.Response:
    """`inline`: a browser shows the picture; a link with `download` saves it under this name."""
    headers = {"Content-Type": kind, "Content-Disposition": f'inline; filename="{name}"'}
    return web.Response(body=content, headers=headers)
