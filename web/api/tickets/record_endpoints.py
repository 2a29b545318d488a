"""The endpoints of ticket records: search tickets, and show the history of one."""

import re
from typing import Any

from aiohttp import web

from hub.actions.reporting.scan_log import venue_of_records
from hub.actions.tickets.find_tickets import find_tickets, find_visitors
from hub.actions.tickets.life import ticket_life
from web.json_body import invalid
from web.json_responses import success_response
from web.keys import SERVICES
from web.limits import LEAST_SEARCH, LONGEST_SEARCH
from web.rate_limits import operator_of
from web.request_fields import path_id, query_flag

_SEARCH_TEXT = re.compile(rf"[^\x00-\x1f\x7f\ud800-\udfff]{{{LEAST_SEARCH},{LONGEST_SEARCH}}}")


async def search_tickets(request: web.Request) -> web.Response:
    staff = await operator_of(request)
    text = request.query.get("q", "")
    if not _SEARCH_TEXT.fullmatch(text) or len(text.strip()) < LEAST_SEARCH:
        raise invalid(("q", "Give a name, a ticket code, an order, an email address or a phone number"))
    services = request.app[SERVICES]
    venue = await venue_of_records(services, staff.org_id, staff.venue_id)
    if query_flag(request, "at_gate"):
        return success_response({"tickets": await find_visitors(services, staff, text, venue)})
    return success_response({"tickets": await find_tickets(services, staff, text, venue.country)})


async def show_ticket_history(request: web.Request) -> web.Response:
    operator = await operator_of(request)
    data: dict[str, Any] = await ticket_life(request.app[SERVICES], operator, path_id(request, "ticket_id"))
    return success_response(data)
