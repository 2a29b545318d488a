"""The endpoints of bookings: ask for seats, and confirm the request with the link of its e-mail."""

from aiohttp import web

from hub.actions.shows.confirm_booking import ConfirmRequest
from hub.actions.shows.request_booking import BookingRequest
from hub.actions.shows.visitor import read_visitor
from hub.actions.venues.organisations import resolve_org
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.api.shows.booking_fields import booking_page_url, confirmed_fields, pending_fields
from web.api.shows.booking_requests import ConfirmBooking, RequestBooking
from web.json_body import read_json
from web.json_responses import created_response, success_response
from web.keys import BOOKING_REQUESTS, CONFIRMATIONS, SERVICES
from web.rate_limits import enforce_rate_limit
from web.request_fields import idempotency_key, named_organisation
from web.waiting_visitors import turn_for_performance


async def request_booking(request: web.Request) -> web.Response:
    """Write a pending booking. What was typed is checked before the rate limit, so that a typing error does not count."""
    body = await read_json(request, RequestBooking)
    key = idempotency_key(request)
    services, language = request.app[SERVICES], request["language"]
    organisation = named_organisation(request, body.orq)
    visitor = read_visitor(body.name, body.email, body.phone, body.notes)
    await enforce_rate_limit(request, "reservations", services.settings.rate_reservations)
    wanted = BookingRequest(
        org_id=None if organisation is None else await resolve_org(services, organisation),
        performance_id=body.performance_id,
        visitor=visitor,
        party_size=body.party_size,
        language=language,
        consent=body.consent,
        idempotency_key=key,
    )
    async with turn_for_performance(request, body.performance_id, key):
        pending = await request.app[BOOKING_REQUESTS].request(wanted)
    return created_response(pending_fields(pending, language))


async def confirm_booking(request: web.Request) -> web.Response:
    body = await read_json(request, ConfirmBooking)
    key = idempotency_key(request)
    services = request.app[SERVICES]
    await enforce_rate_limit(request, "confirmations", services.settings.rate_reservations)
    try:
        booking = await request.app[CONFIRMATIONS].confirm(ConfirmRequest(body.token, body.party_size, key))
    except Refused as refused:
        if refused.reason is Reason.CONFIRMATION_USED:
            # Whoever has the link may see the booking, so a second click leads to it.
            refused.details["page_url"] = booking_page_url(services.settings.public_url, body.token)
        raise
    return success_response(confirmed_fields(booking, body.token, services.settings.public_url, request["language"]))
