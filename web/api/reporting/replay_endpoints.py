"""The replay endpoint: the events of a day, one JSON document per line, sent while they are read."""

from typing import Any

from aiohttp import web

from db.pool import DatabaseDown
from hub.access.roles import Role
from hub.actions.reporting.replay import replay_events, replay_head
from hub.actions.reporting.scan_log import venue_of_records
from web.json_body import invalid
from web.json_responses import dumps
from web.keys import SERVICES
from web.request_fields import query_days, query_venue_id, staff_of

NDJSON = "application/x-ndjson"


async def send_replay(request: web.Request) -> web.StreamResponse:
    staff = staff_of(request, Role.MANAGER)
    services = request.app[SERVICES]
    venue_id = query_venue_id(request)
    venue = await venue_of_records(services, staff.org_id, venue_id or staff.venue_id)
    first, last = query_days(request)
    if first != last:
        raise invalid(("date", "Give one day"))
    day = first or venue.business_day(services.clock.now())
    head = await replay_head(services, venue, day)
    pages = replay_events(services, venue, day)
    page: list[list[Any]] = await anext(pages, [])
    response = web.StreamResponse(headers={"Content-Type": NDJSON, "Cache-Control": "no-store"})
    response.enable_compression()
    await response.prepare(request)
    await response.write(dumps(head) + b"\n" + _lines(page))
    try:
        async for page in pages:
            await response.write(_lines(page))
    except DatabaseDown:
        # Close the connection, so that the client does not take a part for the whole.
        if request.transport is not None:
            request.transport.abort()
        return response
    await response.write(b'{"end":true}\n')
    await response.write_eof()
    return response


def _lines(events: list[list[Any]]) -> bytes:
    return b"".join(dumps(event) + b"\n" for event in events)
