"""The waiting list endpoints: join the list of a full slot, show an entry, accept an offer, leave."""

import hashlib
from typing import Any

import orjson
from aiohttp import web

from hub.actions.booking.party_tickets import party_codes
from hub.actions.venues.organisations import resolve_org
from hub.actions.waitlist.accept_offer import accept_offer
from hub.actions.waitlist.entries import WaitlistView, read_waitlist
from hub.actions.waitlist.join import Joined, JoinRequest, join_waitlist
from hub.actions.waitlist.join_booking import join_with_booking
from hub.actions.waitlist.leave import leave_waitlist
from hub.rules.reasons import Reason
from hub.text.contact_details import check_contact
from web.api.booking.reserved_fields import manage_path, party_fields
from web.api.waitlist.requests import JoinWaitlist, JoinWithBooking
from web.json_body import read_json
from web.json_responses import success_response
from web.keys import SERVICES
from web.rate_limits import count_bad_codes, enforce_rate_limit
from web.request_fields import idempotency_key, named_organisation, path_token
from web.waiting_visitors import turn_for_slot


async def join_entry(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    body = await read_json(request, JoinWaitlist)
    key = idempotency_key(request)
    org_id = await resolve_org(services, named_organisation(request, body.orq))
    contact = check_contact(body.customer_email, body.customer_phone, ("customer_email", "customer_phone"))
    await enforce_rate_limit(request, "reservations", services.settings.rate_reservations)
    codes = tuple(party_codes(tuple(body.ticket_codes)))
    meant = orjson.dumps([codes, body.slot_id, contact.email, contact.phone_e164])
    wanted = JoinRequest(
        org_id=org_id,
        ticket_codes=codes,
        slot_id=body.slot_id,
        email=contact.email,
        phone=contact.phone_e164,
        language=request["language"],
        contact_proof=body.contact_proof,
        idempotency_key=key,
        body_hash=hashlib.sha256(meant).digest(),
    )
    async with turn_for_slot(request, org_id, body.slot_id, key), count_bad_codes(request, len(codes)):
        joined = await join_waitlist(services, wanted)
    return success_response(_joined_fields(joined, services.settings.public_url))


async def join_booking(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    body = await read_json(request, JoinWithBooking)
    await enforce_rate_limit(request, "reservations", services.settings.rate_reservations)
    joined = await join_with_booking(services, body.token, request["language"])
    return success_response(_joined_fields(joined, services.settings.public_url))


async def show_entry(request: web.Request) -> web.Response:
    return success_response(_entry_fields(await read_waitlist(request.app[SERVICES], _token(request)), request))


async def accept_entry(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    await enforce_rate_limit(request, "reservations", services.settings.rate_reservations)
    reserved = await accept_offer(services, _token(request), request["language"])
    return success_response(party_fields(reserved, services.settings.public_url))


async def leave_entry(request: web.Request) -> web.Response:
    return success_response(_entry_fields(await leave_waitlist(request.app[SERVICES], _token(request)), request))


def _joined_fields(joined: Joined, public_url: str) -> dict[str, Any]:
    return {
        "waitlist_id": joined.entry_id,
        "position": joined.position,
        "places": joined.places,
        "waitlist_url": f"{public_url}/w/{joined.token}",
        "token": joined.token,
    }


def _entry_fields(view: WaitlistView, request: web.Request) -> dict[str, Any]:
    token, public = _token(request), request.app[SERVICES].settings.public_url
    return {
        "waitlist_id": view.entry_id,
        "status": view.status,
        "position": view.position,
        "places": view.places,
        "ticket_codes": view.ticket_codes,
        "booking_id": view.booking_id,
        "show": {"show_id": view.show_id, "title": view.show_title, "room": view.room_name} if view.show_id else None,
        "slot": {
            "slot_id": view.slot_id,
            "date": view.date,
            "start_time": view.start_time,
            "end_time": view.end_time,
            "starts_at": view.starts_at,
            "ends_at": view.ends_at,
        },
        "venue": {"id": view.venue_id, "name": view.venue_name, "timezone": view.timezone},
        "offer_ends_at": view.offer_ends_at,
        "closed_because": view.end_cause,
        "manage_url": f"{public}{manage_path(token, of_booking=view.booking_id is not None)}"
        if view.status == "ACCEPTED"
        else None,
    }


def _token(request: web.Request) -> str:
    return path_token(request, Reason.WAITLIST_NOT_FOUND)
