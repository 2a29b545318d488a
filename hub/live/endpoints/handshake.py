"""The endpoint: the handshake of `GET /ws`, where a socket is refused before it costs anything; and what both handshakes share."""

import asyncio
import logging
import random
import socket as sockets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import hdrs, web

from hub.live.connection.socket_session import CLOSE_SECONDS
from hub.live.endpoints.authentication import ForeignOrigin
from hub.live.endpoints.staff_connection import Connection
from hub.live.protocol import frames
from hub.rules.reasons import Reason
from hub.text.messages import message

if TYPE_CHECKING:
    from hub.live.server import LiveHub

MOST_STRANGERS = 4000
"""Sockets that have yet to sign in. Each lives at most five seconds; a venue's scanners all come back at once."""
SEND_BUFFER = 64 * 1024
"""Of the kernel, per socket; it grows to megabytes by itself, which a client that does not read would fill first."""
NEVER = 2**62
"""Bytes after which aiohttp would wait for the transport within `send_frame`; the send queue sees to that."""
DEAD_AFTER_MS = 15_000
"""The kernel gives a peer up that takes nothing, or acknowledges nothing, for so long."""

log = logging.getLogger(__name__)


async def live_endpoint(hub: "LiveHub", request: web.Request) -> web.StreamResponse:
    """Serve one socket from handshake to end."""
    refusal = handshake_refusal(request, turned_away=hub.stopping or hub.presence.strangers >= MOST_STRANGERS)
    if refusal is not None:
        return refusal
    try:
        token = hub.sign_in.credential(request)
    except ForeignOrigin:
        # Most often not an attack but HUB_PUBLIC_URL naming another address than the one people open.
        log.warning("socket.origin_refused", extra={"origin": request.headers.get(hdrs.ORIGIN, "")[:100]})
        return _no(403, Reason.FORBIDDEN, {"message": "This page may not use your session"})
    socket, drain = await open_socket(request, frames.LARGEST_FRAME)
    await Connection(hub, request, socket, drain).run(token)
    return socket


async def open_socket(
    request: web.Request, largest: int
) -> tuple[web.WebSocketResponse[Any], Callable[[], Awaitable[None]]]:
    """Answer the handshake; the socket takes frames of at most `largest` bytes. The second is the transport's drain."""
    # Without compression a frame is in the transport after one step, and no socket holds a compressor's memory.
    socket = web.WebSocketResponse(
        compress=False,
        autoping=False,
        autoclose=False,
        timeout=CLOSE_SECONDS,
        max_msg_size=largest + 1,  # aiohttp refuses from this size on
        writer_limit=NEVER,
        decode_text=False,
    )
    writer = await socket.prepare(request)
    _bound_kernel(request.transport)
    return socket, writer.drain


def handshake_refusal(request: web.Request, *, turned_away: bool) -> web.Response | None:
    """Why there will be no socket, if so. `turned_away`: the hub takes no more just now."""
    if turned_away:
        response = _no(503, Reason.SERVICE_UNAVAILABLE)
        response.headers[hdrs.RETRY_AFTER] = str(random.randint(1, 10))  # noqa: S311 - jitter
        return response
    # aiohttp would also serve the drafts 7 and 8.
    version = request.headers.get(hdrs.SEC_WEBSOCKET_VERSION)
    if version == "13" and web.WebSocketResponse().can_prepare(request):
        return None
    response = _no(426, Reason.INVALID_REQUEST, {"message": "Open this address as a WebSocket, version 13"})
    response.headers.update({hdrs.UPGRADE: "websocket", hdrs.SEC_WEBSOCKET_VERSION: "13"})
    return response


def _no(status: int, reason: Reason, details: dict[str, Any] | None = None) -> web.Response:
    error = {"code": reason, "message": message(reason, details or {})}
    return web.json_response({"success": False, "error": error}, status=status)


def _bound_kernel(transport: asyncio.Transport | None) -> None:
    """Have the kernel hold little for a client that does not read, and notice one that is gone."""
    socket = transport.get_extra_info("socket") if transport is not None else None
    if socket is None:
        return
    try:
        socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, SEND_BUFFER)
        if hasattr(sockets, "TCP_USER_TIMEOUT"):
            socket.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_USER_TIMEOUT, DEAD_AFTER_MS)
    except OSError:
        log.debug("socket.options_refused")  # a Unix socket behind a proxy
