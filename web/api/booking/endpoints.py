"""The booking endpoints: book a place for one ticket, or places for a party."""

from aiohttp import web

from hub.rules.ticket_code import normalise
from web.api.booking.pipeline import Booking, book_places
from web.api.booking.requests import CreateParty, CreateReservation
from web.api.booking.reserved_fields import party_fields, ticket_fields
from web.json_body import read_json
from web.json_responses import success_response
from web.keys import SERVICES
from web.request_fields import idempotency_key, named_organisation


async def create_reservation(request: web.Request) -> web.Response:
    body = await read_json(request, CreateReservation)
    (reserved,) = await book_places(
        request,
        Booking(
            slot_id=body.slot_id,
            email=body.customer_email,
            phone=body.customer_phone,
            organisation=named_organisation(request, body.orq),
            ticket_id=body.ticket_id,
            contact_proof=body.contact_proof,
            idempotency_key=idempotency_key(request),
        ),
    )
    return success_response(ticket_fields(reserved, request.app[SERVICES].settings.public_url))


async def create_party(request: web.Request) -> web.Response:
    """Book all tickets or none. With the token of a waiting list entry, book the places held for that entry."""
    body = await read_json(request, CreateParty)
    reserved = await book_places(
        request,
        Booking(
            slot_id=body.slot_id,
            email=body.customer_email,
            phone=body.customer_phone,
            organisation=named_organisation(request, body.orq),
            ticket_codes=tuple(normalise(code) for code in body.ticket_codes),
            contact_proof=body.contact_proof,
            waitlist_token=body.waitlist_token,
            idempotency_key=idempotency_key(request),
        ),
    )
    return success_response(party_fields(reserved, request.app[SERVICES].settings.public_url))
