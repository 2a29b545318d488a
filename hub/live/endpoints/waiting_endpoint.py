"""Waiting endpoint: the handshake of `GET /ws/waiting-room`, for a visitor who has joined a waiting room over HTTP.

The visitor is that of the cookie. Pages of other sites may not open sockets here, so the Origin of a browser must be ours.
"""

from aiohttp import web

from hub.access.cookies import read_cookie
from hub.access.visitors import VISITOR_COOKIE
from hub.live.channels.waiting_rooms import WaitingRoomChannels
from hub.live.connection.session_host import SessionHost
from hub.live.endpoints.authentication import Authentication
from hub.live.endpoints.handshake import open_socket
from hub.live.endpoints.open_sockets import OpenSockets
from hub.live.endpoints.public_handshake import refusal_of_visitor
from hub.live.endpoints.waiting_connection import WaitingConnection
from hub.live.protocol import fields
from hub.rules.waiting_room import parse_room
from hub.services import Services

LARGEST_FRAME = 256
"""Bytes of a client's frame. Clients send only pings."""


async def serve_waiting(
    request: web.Request,
    address: str,
    host: SessionHost,
    *,
    services: Services,
    authentication: Authentication,
    sockets: OpenSockets,
    rooms: WaitingRoomChannels,
) -> web.StreamResponse:
    """Serve one socket from handshake to end; `address` is the client's, as a rate limit counts it."""
    refusal = refusal_of_visitor(
        request, address, sockets=sockets.waiting, stopping=sockets.stopping, authentication=authentication
    )
    if refusal is not None:
        return refusal
    name = parse_room(request.query.get("for", ""))
    if name is None:
        fields.refuse("for", "give slot:<id>, day:<venue id>:<date> or performance:<id>")
    await services.waiting_rooms.read(name)
    visitor = services.waiting_rooms.visitors.opened(read_cookie(request.cookies, VISITOR_COOKIE, services.settings))
    client = await open_socket(request, LARGEST_FRAME)
    connection = WaitingConnection(
        client, host, sockets, rooms, services.clock, address=address, visitor=visitor or "", name=name
    )
    await connection.run()
    return client.socket
