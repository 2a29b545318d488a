"""Calendar endpoint: the handshake of `GET /ws/availability`, which is public and therefore limited.

It needs and reads no session. Pages of other sites may not open sockets here, so the Origin of a browser must be ours. Other
clients send no Origin.
"""

import re

from aiohttp import web

from hub.actions.shows.read_shows import org_of_published_show
from hub.actions.venues.organisations import resolve_org
from hub.live.channels.months import MonthChannels
from hub.live.connection.session_host import SessionHost
from hub.live.endpoints.authentication import Authentication
from hub.live.endpoints.calendar_connection import CalendarConnection, near_month
from hub.live.endpoints.handshake import open_socket
from hub.live.endpoints.open_sockets import OpenSockets
from hub.live.endpoints.public_handshake import refusal_of_visitor
from hub.live.protocol import fields
from hub.services import Services

LARGEST_FRAME = 1024
"""Bytes of a client's frame. Clients send only two short kinds of messages."""
_NUMBER = re.compile(r"[0-9]{1,16}", re.ASCII)


async def serve_calendar(
    request: web.Request,
    address: str,
    host: SessionHost,
    *,
    services: Services,
    authentication: Authentication,
    sockets: OpenSockets,
    months: MonthChannels,
) -> web.StreamResponse:
    """Serve one socket from handshake to end; `address` is the client's, as a rate limit counts it."""
    refusal = refusal_of_visitor(
        request, address, sockets=sockets.calendar, stopping=sockets.stopping, authentication=authentication
    )
    if refusal is not None:
        return refusal
    named, show_id = (_number(request.query.get(name), name) for name in ("orq", "show"))
    org_id = (
        await resolve_org(services, named) if show_id is None else await org_of_published_show(services, show_id, named)
    )
    today = await services.venues.today(org_id, services.clock.now())
    month = today.year, today.month
    if "month" in request.query:
        month = near_month(fields.month(request.query, "month"), today)
    client = await open_socket(request, LARGEST_FRAME)
    connection = CalendarConnection(
        client, host, sockets, months, services.clock, address=address, org_id=org_id, show_id=show_id
    )
    await connection.run(month)
    return client.socket


def _number(given: str | None, name: str) -> int | None:
    if given is None:
        return None
    if not _NUMBER.fullmatch(given):
        fields.refuse(name, "give the number of an organisation" if name == "orq" else "give the number of a show")
    return int(given)
