"""The booking endpoints: a place for one ticket, or places for a whole party. What follows is in `managing.py`."""

import hashlib
from time import perf_counter
from typing import Any

import orjson
from aiohttp import web

from hub.actions.booking.contact_codes import require_proof
from hub.actions.booking.reserve_party import PartyRequest, book_party
from hub.actions.booking.take_places import Reserved, ReserveRequest
from hub.actions.venues.organisations import resolve_org
from hub.actions.waitlist.accept_offer import accept_offer
from hub.actions.waitlist.entries import read_waitlist
from hub.confirmation import qr_code
from hub.observability import telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import normalise
from hub.text.contact_details import Contact, check_contact
from hub.text.messages import message
from web.api.requests import CreateParty, CreateReservation
from web.json_body import invalid, read_json
from web.json_responses import done
from web.keys import AVAILABILITY, BOOKINGS, SERVICES
from web.request_fields import enforce_rate_limit, idempotency_key, organisation


async def create(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    body = await read_json(request, CreateReservation)
    key = idempotency_key(request)
    org_id = await resolve_org(services, organisation(request, body.orq))
    desk = request.app[BOOKINGS]
    if key is None and desk.is_full(org_id, body.slot_id):
        await enforce_rate_limit(request, "reservations", services.settings.rate_reservations)
        full = await desk.refuse_full(org_id, body.slot_id)
        await told_failed(request, org_id, full, body.slot_id, 0.0, ticket_id=body.ticket_id)
        raise full
    contact = check_contact(body.customer_email, body.customer_phone, ("customer_email", "customer_phone"))
    await enforce_rate_limit(request, "reservations", services.settings.rate_reservations)
    # What was meant, not how it was spelt: a repeat with other spaces or another order of fields is the same request.
    meant = orjson.dumps([body.ticket_id, body.slot_id, contact.email, contact.phone_e164])
    await _prove(request, org_id, body, contact)
    started = perf_counter()
    try:
        reserved = await desk.reserve(
            ReserveRequest(
                org_id=org_id,
                ticket_id=body.ticket_id,
                slot_id=body.slot_id,
                email=contact.email,
                phone=contact.phone_e164,
                idempotency_key=key,
                body_hash=hashlib.sha256(meant).digest(),
                language=request["language"],
            )
        )
    except Refused as no:
        await told_failed(request, org_id, no, body.slot_id, perf_counter() - started, ticket_id=body.ticket_id)
        raise
    told_booked(org_id, (reserved,), perf_counter() - started, ticket_id=body.ticket_id)
    return done(
        {
            "reservation_id": reserved.reservation_id,
            "ticket_code": reserved.ticket_code,
            "slot": _slot(reserved),
            "confirmation_sent": True,
            "qr_code": qr_code.png_data_url(reserved.ticket_code),
            "manage_url": f"{services.settings.public_url}/r/{reserved.manage_token}",
        }
    )


async def create_party(request: web.Request) -> web.Response:
    """All tickets or none. With the token of a waiting list entry it takes the places held for that entry."""
    services = request.app[SERVICES]
    body = await read_json(request, CreateParty)
    key = idempotency_key(request)
    contact = check_contact(body.customer_email, body.customer_phone, ("customer_email", "customer_phone"))
    await enforce_rate_limit(request, "reservations", services.settings.rate_reservations)
    org_id = await resolve_org(services, organisation(request, body.orq))
    codes = tuple(normalise(code) for code in body.ticket_codes)
    started = perf_counter()
    try:
        if body.waitlist_token is not None:
            await _of_entry(request, body, codes)
            reserved = await accept_offer(services, body.waitlist_token, request["language"])
        else:
            await _prove(request, org_id, body, contact)
            meant = orjson.dumps(["party", codes, body.slot_id, contact.email, contact.phone_e164])
            reserved = await book_party(
                request.app[BOOKINGS],
                PartyRequest(
                    org_id=org_id,
                    ticket_codes=codes,
                    slot_id=body.slot_id,
                    email=contact.email,
                    phone=contact.phone_e164,
                    language=request["language"],
                    idempotency_key=key,
                    body_hash=hashlib.sha256(meant).digest(),
                ),
            )
    except Refused as no:
        await told_failed(request, org_id, no, body.slot_id, perf_counter() - started, tickets=len(codes))
        if "tickets" in no.details:
            no.details["tickets"] = [
                {"message": message(Reason(one["code"]), one), **one} for one in no.details["tickets"]
            ]
        raise
    told_booked(org_id, reserved, perf_counter() - started)
    return done(party_dict(reserved, services.settings.public_url))


def party_dict(reserved: tuple[Reserved, ...], public_url: str) -> dict[str, object]:
    """A booked party as every way of booking one answers."""
    return {
        "reservations": [
            {
                "reservation_id": one.reservation_id,
                "ticket_code": one.ticket_code,
                "qr_code": qr_code.png_data_url(one.ticket_code),
            }
            for one in reserved
        ],
        "slot": _slot(reserved[0]),
        "confirmation_sent": True,
        "manage_url": f"{public_url}/r/{reserved[0].manage_token}",
        "token": reserved[0].manage_token,
    }


def _slot(reserved: Reserved) -> dict[str, object]:
    return {
        "slot_id": reserved.slot_id,
        "date": reserved.date,
        "start_time": reserved.start_time,
        "end_time": reserved.end_time,
    }


async def _prove(request: web.Request, org_id: int, body: CreateReservation | CreateParty, contact: Contact) -> None:
    """Refuse CONTACT_NOT_VERIFIED where the slot's venue wants the contact confirmed and no proof of it came along."""
    services = request.app[SERVICES]
    venue_id = await request.app[AVAILABILITY].venue_of(org_id, body.slot_id)
    if venue_id is not None:
        venue = await services.venues.read(org_id, venue_id)
        require_proof(services, venue, contact.email, contact.phone_e164, body.contact_proof)


async def _of_entry(request: web.Request, body: CreateParty, codes: tuple[str, ...]) -> None:
    """Refuse a token whose entry waits with other tickets or for another slot."""
    assert body.waitlist_token is not None
    entry = await read_waitlist(request.app[SERVICES], body.waitlist_token)
    if entry.slot_id != body.slot_id or set(codes) != set(entry.ticket_codes):
        raise invalid(("waitlist_token", "This offer is for other tickets or another time"))


def told_booked(org_id: int, reserved: tuple[Reserved, ...], seconds: float, **who: Any) -> None:
    """Count and log a booking, whichever page or program asked for it."""
    telemetry.reservation_tried("success", seconds, org_id, reserved[0].venue_id)
    for one in reserved:
        telemetry.event(
            telemetry.RESERVATION_CREATED,
            reservation_id=one.reservation_id,
            slot_id=one.slot_id,
            slot_date=one.date,
            seconds=seconds,
            also=[telemetry.CREATION_STARTED, telemetry.CREATION_SUCCESS],
            **who,
        )


async def told_failed(request: web.Request, org_id: int, no: Refused, slot_id: int, seconds: float, **who: Any) -> None:
    """Count and log a refused booking, for the venue it was wanted at."""
    telemetry.reservation_tried(
        no.reason, seconds, org_id, await request.app[AVAILABILITY].venue_counted(org_id, slot_id)
    )
    telemetry.event(
        telemetry.RESERVATION_FAILED,
        slot_id=slot_id,
        reason=no.reason,
        seconds=seconds,
        also=[telemetry.CREATION_STARTED, telemetry.CREATION_FAILED],
        **who,
    )
