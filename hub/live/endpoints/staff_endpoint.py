"""Staff endpoint: the handshake of `GET /ws`."""

import logging

from aiohttp import hdrs, web

from hub.live.connection.session_host import SessionHost
from hub.live.endpoints.authentication import ForeignOrigin
from hub.live.endpoints.handshake import handshake_refusal, open_socket, refuse_handshake
from hub.live.endpoints.staff_connection import StaffConnection, StaffServices
from hub.live.protocol import frames
from hub.rules.address_list import Address
from hub.rules.reasons import Reason

MOST_UNAUTHENTICATED = 4000
"""Maximum of sockets that have not authenticated. Each lives at most 5 s, but all scanners may reconnect at once."""

log = logging.getLogger(__name__)


async def serve_staff(
    request: web.Request, address: Address | None, host: SessionHost, staff: StaffServices
) -> web.StreamResponse:
    """Serve one socket from handshake to end; `address` is the client's."""
    sockets = staff.sockets
    full = sockets.staff.unauthenticated >= MOST_UNAUTHENTICATED
    refusal = handshake_refusal(request, turned_away=sockets.stopping or full)
    if refusal is not None:
        return refusal
    try:
        token = staff.authentication.token_of(request)
    except ForeignOrigin:
        # Usually not an attack: HUB_PUBLIC_URL is not the URL that people open.
        log.warning("socket.origin_refused", extra={"origin": request.headers.get(hdrs.ORIGIN, "")[:100]})
        return refuse_handshake(403, Reason.FORBIDDEN, {"message": "This page may not use your session"})
    client = await open_socket(request, frames.LARGEST_FRAME)
    await StaffConnection(client, host, staff, address).run(token, staff.authentication.scanner_token_of(request))
    return client.socket
