"""The tickets endpoints: is this code good, is this contact good, and what the holder of a ticket may do with it."""

from time import perf_counter
from typing import Any

import orjson
from aiohttp import web

from hub.actions.tickets.activate import activate_ticket
from hub.actions.tickets.check import venue_of_ticket
from hub.actions.tickets.order_tickets import tickets_of_order
from hub.actions.tickets.status import ticket_status
from hub.actions.venues.organisations import resolve_org
from hub.observability import telemetry
from hub.rules.refusals import Refused
from hub.text.contact_details import check_contact
from web.api.booking.availability_endpoints import query_span
from web.api.requests import TicketsOfOrder, ValidateTicket, VerifyContact
from web.json_body import read_json
from web.json_responses import done, dumps, json_response
from web.keys import AVAILABILITY, SERVICES, TICKET_CHECKS
from web.request_fields import enforce_rate_limit, identity_of, organisation, path_id, ticket_code

DAYS_SHOWN = 90


async def validate(request: web.Request) -> web.Response:
    started = perf_counter()
    services = request.app[SERVICES]
    body = await read_json(request, ValidateTicket)
    await enforce_rate_limit(request, "validate", services.settings.rate_validate)
    org_id = await resolve_org(services, organisation(request, body.orq))
    try:
        standing = await request.app[TICKET_CHECKS].validate(org_id, body.ticket_code)
    except Refused as no:
        telemetry.ticket_validated("invalid", no.reason, perf_counter() - started)
        telemetry.event(telemetry.VALIDATION_FAILED, reason=no.reason, also=[telemetry.VALIDATION_REQUESTED])
        raise
    venue = await venue_of_ticket(services, org_id, standing)
    telemetry.ticket_validated("valid", "VALID", perf_counter() - started)
    telemetry.event(
        telemetry.TICKET_VALIDATED,
        ticket_id=standing.ticket_id,
        status=standing.status,
        result="valid",
        also=[telemetry.VALIDATION_REQUESTED],
    )
    return done(
        {
            "ticket_id": standing.ticket_id,
            "ticket_code": standing.ticket_code,
            "status": standing.status,
            "product_id": standing.product_id,
            "order_id": standing.order_id,
            "order_tickets": standing.order_tickets,
            "venue": None
            if venue is None
            else {
                "name": venue.name,
                "contact_check": venue.contact_check,
                "country": venue.country,
                "timezone": venue.timezone,
                "waitlist": venue.waitlist_offer_minutes is not None,
                "change_cutoff_hours": venue.change_cutoff_hours,
            },
        }
    )


async def mine(request: web.Request) -> web.Response:
    """All tickets of an order, for whoever has one of them and knows the address it was made with."""
    services = request.app[SERVICES]
    body = await read_json(request, TicketsOfOrder)
    await enforce_rate_limit(request, "validate", services.settings.rate_validate)
    org_id = await resolve_org(services, organisation(request, body.orq))
    return done({"tickets": await tickets_of_order(services, org_id, body.ticket_code, body.email)})


async def verify_contact(request: web.Request) -> web.Response:
    body = await read_json(request, VerifyContact)
    await enforce_rate_limit(request, "contact", request.app[SERVICES].settings.rate_validate)
    telemetry.event(telemetry.CONTACT_REQUESTED, ticket_id=body.ticket_id)
    try:
        check_contact(body.email, body.phone)
    except Refused as no:
        fields = [problem["field"] for problem in no.details["validation_errors"]]
        telemetry.event(telemetry.CONTACT_FAILED, ticket_id=body.ticket_id, fields=fields)
        raise
    return json_response(dumps({"success": True, "message": "Contact information verified", "otp_sent": False}))


async def activate(request: web.Request) -> web.Response:
    return done(await activate_ticket(request.app[SERVICES], **await _holder(request)))


async def status(request: web.Request) -> web.Response:
    return done(await ticket_status(request.app[SERVICES], **await _holder(request)))


async def availability(request: web.Request) -> web.Response:
    """What this ticket could be booked into: the next 90 days, or the span asked for."""
    services = request.app[SERVICES]
    holder = await _holder(request)
    today = await services.venues.today(holder["org_id"], services.clock.now())
    first, last = query_span(request, today=today, days=DAYS_SHOWN)
    ticket = await ticket_status(services, **holder)
    calendar = await request.app[AVAILABILITY].span(holder["org_id"], first, last)
    slots = [slot for slot in orjson.loads(calendar.body)["data"] if slot["available_count"] > 0]
    can_reserve = ticket["status"] == "ACTIVATED" and ticket["reservation"] is None
    return done({"ticket": ticket, "can_reserve": can_reserve, "slots": slots})


async def _holder(request: web.Request) -> dict[str, Any]:
    """Who asks about which ticket. Strangers are held to the pace of code checks: this too tells good codes from bad."""
    services = request.app[SERVICES]
    ticket_id = path_id(request, "ticket_id")
    identity = identity_of(request)
    if identity is None:
        await enforce_rate_limit(request, "holder", services.settings.rate_validate)
    org_id = identity.org_id if identity is not None else await resolve_org(services, organisation(request, None))
    return {"ticket_id": ticket_id, "org_id": org_id, "code": ticket_code(request), "identity": identity}
