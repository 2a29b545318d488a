"""The calendar's endpoint: the handshake of `GET /ws/availability`, open to everybody and for that reason bounded.

No session is asked for or looked at. A page of another site may not use its visitors to fill the hall: a browser must come
from our own pages; what is no browser names no origin.
"""

import re
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.actions.venues.organisations import resolve_org
from hub.live.endpoints.calendar_connection import Spectator, watchable
from hub.live.endpoints.handshake import handshake_refusal, open_socket
from hub.live.protocol import fields
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

if TYPE_CHECKING:
    from hub.live.server import LiveHub

LARGEST_FRAME = 1024
"""Of a client that has two short things to say."""
_NUMBER = re.compile(r"[0-9]{1,16}", re.ASCII)


async def calendar_endpoint(hub: "LiveHub", request: web.Request, address: str) -> web.StreamResponse:
    """Serve one socket from handshake to end; `address` is the client's, as a rate limit counts it."""
    refusal = handshake_refusal(request, turned_away=hub.stopping or hub.audience.is_full)
    if refusal is not None:
        return refusal
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and not hub.sign_in.is_own(origin):
        raise Refused(Reason.FORBIDDEN, message="This page may not watch the calendar")
    if hub.audience.has_enough_of(address):
        raise Refused(Reason.RATE_LIMITED, message="Too many sockets from this address", retry_after=60)
    org_id = await resolve_org(hub.services, _organisation(request.query.get("orq")))
    today = await hub.services.venues.today(org_id, hub.services.clock.now())
    month = today.year, today.month
    if "month" in request.query:
        month = watchable(fields.month(request.query, "month"), today)
    socket, drain = await open_socket(request, LARGEST_FRAME)
    await Spectator(hub, request, socket, drain, address=address, org_id=org_id).run(month)
    return socket


def _organisation(given: str | None) -> int | None:
    if given is None:
        return None
    if not _NUMBER.fullmatch(given):
        fields.refuse("orq", "give the number of an organisation")
    return int(given)
