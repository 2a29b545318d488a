"""The tickets endpoints: is this code good, is this contact good, and what the holder of a ticket may do with it."""

from time import perf_counter
from typing import Any

import orjson
from aiohttp import web

from hub import telemetry
from hub.actions.activate_ticket import activate_ticket
from hub.actions.check_ticket import venue_of_ticket
from hub.actions.organisations import resolve_org
from hub.actions.ticket_status import ticket_status
from hub.actions.tickets_of_order import tickets_of_order
from hub.contact_details import check_contact
from hub.refusals import Refused
from web.answers import done, dumps, json_response
from web.api.asking import identity_of, keep_pace, organisation, path_id, ticket_code
from web.api.bodies import TicketsOfOrder, ValidateTicket, VerifyContact
from web.api.slots import query_span
from web.json_body import read_json
from web.keys import AVAILABILITY, HOUSE, TICKET_DESK

DAYS_SHOWN = 90


async def validate(request: web.Request) -> web.Response:
    started = perf_counter()
    house = request.app[HOUSE]
    body = await read_json(request, ValidateTicket)
    await keep_pace(request, "validate", house.settings.rate_validate)
    org_id = await resolve_org(house, organisation(request, body.orq))
    try:
        standing = await request.app[TICKET_DESK].validate(org_id, body.ticket_code)
    except Refused as no:
        telemetry.ticket_validated("invalid", no.reason, perf_counter() - started)
        telemetry.event(telemetry.VALIDATION_FAILED, reason=no.reason, also=[telemetry.VALIDATION_REQUESTED])
        raise
    venue = await venue_of_ticket(house, org_id, standing)
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
    house = request.app[HOUSE]
    body = await read_json(request, TicketsOfOrder)
    await keep_pace(request, "validate", house.settings.rate_validate)
    org_id = await resolve_org(house, organisation(request, body.orq))
    return done({"tickets": await tickets_of_order(house, org_id, body.ticket_code, body.email)})


async def verify_contact(request: web.Request) -> web.Response:
    body = await read_json(request, VerifyContact)
    await keep_pace(request, "contact", request.app[HOUSE].settings.rate_validate)
    telemetry.event(telemetry.CONTACT_REQUESTED, ticket_id=body.ticket_id)
    try:
        check_contact(body.email, body.phone)
    except Refused as no:
        fields = [problem["field"] for problem in no.details["validation_errors"]]
        telemetry.event(telemetry.CONTACT_FAILED, ticket_id=body.ticket_id, fields=fields)
        raise
    return json_response(dumps({"success": True, "message": "Contact information verified", "otp_sent": False}))


async def activate(request: web.Request) -> web.Response:
    return done(await activate_ticket(request.app[HOUSE], **await _holder(request)))


async def status(request: web.Request) -> web.Response:
    return done(await ticket_status(request.app[HOUSE], **await _holder(request)))


async def availability(request: web.Request) -> web.Response:
    """What this ticket could be booked into: the next 90 days, or the span asked for."""
    house = request.app[HOUSE]
    holder = await _holder(request)
    today = await house.venues.today(holder["org_id"], house.clock.now())
    first, last = query_span(request, today=today, days=DAYS_SHOWN)
    ticket = await ticket_status(house, **holder)
    calendar = await request.app[AVAILABILITY].span(holder["org_id"], first, last)
    slots = [slot for slot in orjson.loads(calendar.body)["data"] if slot["available_count"] > 0]
    can_reserve = ticket["status"] == "ACTIVATED" and ticket["reservation"] is None
    return done({"ticket": ticket, "can_reserve": can_reserve, "slots": slots})


async def _holder(request: web.Request) -> dict[str, Any]:
    """Who asks about which ticket. Strangers are held to the pace of code checks: this too tells good codes from bad."""
    house = request.app[HOUSE]
    ticket_id = path_id(request, "ticket_id")
    identity = identity_of(request)
    if identity is None:
        await keep_pace(request, "holder", house.settings.rate_validate)
    org_id = identity.org_id if identity is not None else await resolve_org(house, organisation(request, None))
    return {"ticket_id": ticket_id, "org_id": org_id, "code": ticket_code(request), "identity": identity}
