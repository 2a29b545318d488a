"""The availability endpoint: the slots of a month or a span of days.

It gets the most requests of a sale, so it does little: parsed queries and finished bodies are cached, and an unchanged body
is answered with 304.
"""

from aiohttp import web

from hub.actions.venues.organisations import resolve_org
from hub.rules.refusals import Refused
from hub.services import Services
from web.api.slot_query import parse_slot_query
from web.etags import client_has
from web.json_responses import json_response
from web.keys import AVAILABILITY, SERVICES


async def list_slots(request: web.Request) -> web.Response:
    query = parse_slot_query(request.rel_url.raw_query_string)
    if isinstance(query, Refused):
        raise Refused(query.reason, **query.details)
    app = request.app
    calendar = app[AVAILABILITY]
    org_id = await resolve_org(app[SERVICES], query.orq)
    if query.first is not None and query.last is not None:
        cached = await calendar.span(org_id, query.first, query.last)
    else:
        year, month = query.month or await _this_month(app[SERVICES], org_id)
        cached = await calendar.month(org_id, year, month)
    # `no-cache` allows a client to keep the body but makes it revalidate, which the entity tag makes cheap.
    headers = {"ETag": cached.etag, "Cache-Control": "no-cache"}
    if client_has(request, cached.etag):
        return web.Response(status=304, headers=headers)
    return json_response(cached.body, headers=headers)


async def _this_month(services: Services, org_id: int) -> tuple[int, int]:
    today = await services.venues.today(org_id, services.clock.now())
    return today.year, today.month
