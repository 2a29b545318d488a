"""The handshake of a public socket: what is refused before a visitor's socket uses resources."""

from __future__ import annotations

from aiohttp import hdrs, web

from hub.live.endpoints.authentication import Authentication
from hub.live.endpoints.handshake import handshake_refusal
from hub.live.endpoints.public_sockets import PublicSockets
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused


def refusal_of_visitor(
    request: web.Request, address: str, *, sockets: PublicSockets, stopping: bool, authentication: Authentication
) -> web.Response | None:
    """Return the response that refuses the socket, or None. `address` is the client's, as a rate limit counts it.

    Refuses FORBIDDEN for a page of another site, and RATE_LIMITED for an address that has enough sockets.
    """
    refusal = handshake_refusal(request, turned_away=stopping or sockets.is_full)
    if refusal is not None:
        return refusal
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and not authentication.is_own_origin(origin):
        raise Refused(Reason.FORBIDDEN, message="A page of another site may not open this socket")
    if sockets.has_enough_of(address):
        raise Refused(Reason.RATE_LIMITED, message="Too many sockets from this address", retry_after=60)
    return None
