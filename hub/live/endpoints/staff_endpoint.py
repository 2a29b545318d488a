"""Staff endpoint: the handshake of `GET /ws`."""

import logging

from aiohttp import hdrs, web

from hub.live.connection.session_host import SessionHost
from hub.live.endpoints.authentication import ForeignOrigin
from hub.live.endpoints.handshake import handshake_refusal, open_socket, refuse_for_now, refuse_handshake
from hub.live.endpoints.staff_connection import StaffConnection, StaffServices
from hub.live.endpoints.unauthenticated_sockets import UnauthenticatedPlace
from hub.live.protocol import frames
from hub.rules.address_list import Address
from hub.rules.reasons import Reason

log = logging.getLogger(__name__)


async def serve_staff(
    request: web.Request, address: Address | None, network: str, host: SessionHost, staff: StaffServices
) -> web.StreamResponse:
    """Serve one socket from handshake to end; `address` is the client's, and `network` is it as a limit counts it.

    A session in the handshake is read first. Only clients without one can find the hub full.
    """
    sockets = staff.sockets
    refusal = handshake_refusal(request, turned_away=sockets.stopping)
    if refusal is not None:
        return refusal
    try:
        token = staff.authentication.token_of(request)
    except ForeignOrigin:
        # Usually not an attack: HUB_PUBLIC_URL is not the URL that people open.
        log.warning("socket.origin_refused", extra={"origin": request.headers.get(hdrs.ORIGIN, "")[:100]})
        return refuse_handshake(403, Reason.FORBIDDEN, {"message": "This page may not use your session"})
    place: UnauthenticatedPlace | None = None
    if not staff.authentication.is_session(token):
        if sockets.unauthenticated.has_enough_of(network):
            return refuse_for_now(429, Reason.RATE_LIMITED)
        if sockets.unauthenticated.is_full:
            return refuse_for_now(503, Reason.SERVICE_UNAVAILABLE)
        place = sockets.unauthenticated.add(network)
    try:
        client = await open_socket(request, frames.LARGEST_FRAME)
        connection = StaffConnection(client, host, staff, address, place)
        await connection.run(token, staff.authentication.scanner_token_of(request))
        return client.socket
    finally:
        if place is not None:
            place.leave()
