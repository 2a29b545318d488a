"""The endpoint of a day told again: one JSON document per line, sent as it is read."""

from typing import Any

from aiohttp import web

from db.pool import DatabaseDown
from hub.access.roles import Role, at_least
from hub.actions.reporting.replay import replay_events, replay_head
from hub.actions.reporting.scan_log import venue_of_records
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue_day import today
from web.api.endpoint import Endpoint, Parameter
from web.api.reporting.scan_log_endpoints import query_days
from web.json_body import invalid
from web.json_responses import dumps
from web.keys import SERVICES
from web.request_fields import query_int, staff_of

NDJSON = "application/x-ndjson"


async def read(request: web.Request) -> web.StreamResponse:
    staff = staff_of(request)
    if not at_least(staff.role, Role.MANAGER):
        raise Refused(Reason.FORBIDDEN)
    services = request.app[SERVICES]
    venue_id = query_int(request, "venue_id", 1, 2**31 - 1)
    venue = await venue_of_records(services, staff.org_id, venue_id or staff.venue_id)
    first, last = query_days(request)
    if first != last:
        raise invalid(("date", "Give one day"))
    day = first or today(services.clock.now(), venue.zone)
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
        # Nobody is to take a part for the whole.
        if request.transport is not None:
            request.transport.abort()
        return response
    await response.write(b'{"end":true}\n')
    await response.write_eof()
    return response


def _lines(events: list[list[Any]]) -> bytes:
    return b"".join(dumps(event) + b"\n" for event in events)


REPLAY_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/replay", read, "A day at the doors, told again", "Records", "operator", (NDJSON,),
        parameters=(
            Parameter("date", "query", {"type": "string", "format": "date"}, "The day; today without it."),
            Parameter("venue_id", "query", {"type": "integer", "minimum": 1}, "The login's venue unless given."),
        ),
        refusals=(Reason.INVALID_REQUEST, Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.NOT_FOUND),
        about="For managers. The first line says what was planned and names the `columns` of the lines that follow, one per event"
        " in the order in which things happened; the last line is `{\"end\":true}`. Sent as it is read.",
    ),
)  # fmt: skip
