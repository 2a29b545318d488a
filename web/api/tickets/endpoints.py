"""The ticket endpoints: check a code, list an order's tickets, activate a ticket, show its status and slots."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import orjson
from aiohttp import web

from hub.actions.tickets.activate import activate_ticket
from hub.actions.tickets.check import venue_of_ticket, venues_of_ticket
from hub.actions.tickets.order_tickets import tickets_of_order
from hub.actions.tickets.status import known_ticket, ticket_status
from hub.actions.venues.organisations import resolve_org
from hub.confirmation import qr_code
from hub.observability import telemetry
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from web.api.slot_query import query_span
from web.api.tickets.requests import TicketsOfOrder, ValidateTicket
from web.json_body import invalid, read_json
from web.json_responses import success_response
from web.keys import AVAILABILITY, SERVICES, TICKET_CHECKS
from web.limits import LONGEST_TYPED_CODE
from web.rate_limits import enforce_rate_limit
from web.request_fields import holder_identity, named_organisation, path_id, ticket_code

DAYS_SHOWN = 90


async def validate_ticket(request: web.Request) -> web.Response:
    started = perf_counter()
    services = request.app[SERVICES]
    body = await read_json(request, ValidateTicket)
    await enforce_rate_limit(request, "validate", services.settings.rate_validate)
    org_id = await resolve_org(services, named_organisation(request, body.orq))
    try:
        checked = await request.app[TICKET_CHECKS].validate(org_id, body.ticket_code)
    except Refused as no:
        telemetry.ticket_validated("invalid", no.reason, perf_counter() - started, org_id)
        telemetry.event(
            telemetry.VALIDATION_FAILED, result="invalid", reason=no.reason, also=[telemetry.VALIDATION_REQUESTED]
        )
        raise
    venue = await venue_of_ticket(services, org_id, checked)
    telemetry.ticket_validated("valid", "VALID", perf_counter() - started, org_id)
    telemetry.event(
        telemetry.TICKET_VALIDATED,
        ticket_id=checked.ticket_id,
        status=checked.status,
        result="valid",
        also=[telemetry.VALIDATION_REQUESTED],
    )
    return success_response(
        {
            "ticket_id": checked.ticket_id,
            "ticket_code": checked.ticket_code,
            "status": checked.status,
            "product_id": checked.product_id,
            "order_id": checked.order_id,
            "order_tickets": checked.order_tickets,
            "venue": None if venue is None else _venue_fields(venue),
            "venues": [_venue_fields(one) for one in await venues_of_ticket(services, org_id, checked)],
        }
    )


def _venue_fields(venue: Venue) -> dict[str, Any]:
    return {
        "id": venue.id,
        "slug": venue.slug,
        "name": venue.name,
        "address": venue.address,
        "contact_email": venue.contact_email,
        "contact_phone": venue.contact_phone,
        "contact_check": venue.contact_check,
        "country": venue.country,
        "timezone": venue.timezone,
        "waitlist": venue.waitlist_offer_minutes is not None,
        "change_cutoff_hours": venue.change_cutoff_hours,
    }


async def list_order_tickets(request: web.Request) -> web.Response:
    """List the tickets of an order, for a customer who has one of them and knows the order's e-mail address."""
    services = request.app[SERVICES]
    body = await read_json(request, TicketsOfOrder)
    await enforce_rate_limit(request, "validate", services.settings.rate_validate)
    org_id = await resolve_org(services, named_organisation(request, body.orq))
    return success_response({"tickets": await tickets_of_order(services, org_id, body.ticket_code, body.email)})


async def activate_held_ticket(request: web.Request) -> web.Response:
    return success_response(await activate_ticket(request.app[SERVICES], **await _ticket_holder(request)))


async def show_status(request: web.Request) -> web.Response:
    return success_response(await ticket_status(request.app[SERVICES], **await _ticket_holder(request)))


async def show_qr_png(request: web.Request) -> web.Response:
    return await _qr(request, "image/png", qr_code.png)


async def show_qr_svg(request: web.Request) -> web.Response:
    return await _qr(request, "image/svg+xml", lambda code: qr_code.svg(code).encode())


async def _qr(request: web.Request, kind: str, draw: Callable[[str], bytes]) -> web.Response:
    """Return the picture of a ticket's code to whoever knows it, such as a page of the shop that sold the ticket."""
    named_organisation(request)
    code = request.query.get("code", "")
    if len(code) > LONGEST_TYPED_CODE:
        raise invalid(("code", f"Give at most {LONGEST_TYPED_CODE} characters"))
    holder = await _ticket_holder(request)
    holder["code"] = holder["code"] or code or None
    row = await known_ticket(request.app[SERVICES], **holder)
    headers = {"Content-Type": kind, "Cache-Control": "private, max-age=86400"}
    return web.Response(body=draw(row["code"]), headers=headers)


async def list_slots_of_ticket(request: web.Request) -> web.Response:
    """List the slots that this ticket can book, in the next 90 days or in the span of the query."""
    services = request.app[SERVICES]
    holder = await _ticket_holder(request)
    today = await services.venues.today(holder["org_id"], services.clock.now())
    first, last = query_span(request, today=today, days=DAYS_SHOWN)
    ticket = await ticket_status(services, **holder)
    calendar = await request.app[AVAILABILITY].span(holder["org_id"], first, last)
    slots = [slot for slot in orjson.loads(calendar.body)["data"] if slot["available_count"] > 0]
    can_reserve = ticket["status"] == "ACTIVATED" and ticket["reservation"] is None
    return success_response({"ticket": ticket, "can_reserve": can_reserve, "slots": slots})


async def _ticket_holder(request: web.Request) -> dict[str, Any]:
    """Return the arguments that identify the ticket and its holder or the staff member.

    Unauthenticated requests count against the rate limit of code checks, because a response shows whether a code is right.
    """
    services = request.app[SERVICES]
    ticket_id = path_id(request, "ticket_id")
    identity = holder_identity(request)
    if identity is None:
        await enforce_rate_limit(request, "holder", services.settings.rate_validate)
    org_id = identity.org_id if identity is not None else await resolve_org(services, named_organisation(request, None))
    return {"ticket_id": ticket_id, "org_id": org_id, "code": ticket_code(request), "identity": identity}
