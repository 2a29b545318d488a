"""Handshake: what the endpoints share. A socket is refused before it costs anything, or opened within bounds."""

import asyncio
import logging
import random
import socket as sockets
from typing import Any

from aiohttp import hdrs, web

from hub.live.connection.socket_session import CLOSE_SECONDS, ClientSocket
from hub.rules.reasons import Reason
from hub.text.messages import message

SEND_BUFFER = 64 * 1024
"""The kernel's, per socket. By itself it grows to megabytes, which a client that does not read would fill first."""
NEVER = 2**62
"""Bytes after which aiohttp would wait for the transport within `send_frame`; the send queue bounds that instead."""
DEAD_AFTER_MS = 15_000
"""After so long the kernel gives up a client that takes or acknowledges nothing."""

log = logging.getLogger(__name__)


async def open_socket(request: web.Request, largest: int) -> ClientSocket:
    """Complete the handshake; the socket takes frames of at most `largest` bytes."""
    # Without compression a frame is in the transport after one step, and no socket needs memory for a compressor.
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
    return ClientSocket(request, socket, writer.drain)


def handshake_refusal(request: web.Request, *, turned_away: bool) -> web.Response | None:
    """The response where no socket is opened, if so. `turned_away`: the hub takes no more sockets just now."""
    if turned_away:
        response = refuse_handshake(503, Reason.SERVICE_UNAVAILABLE)
        response.headers[hdrs.RETRY_AFTER] = str(random.randint(1, 10))  # noqa: S311 - jitter
        return response
    # aiohttp would also serve the drafts 7 and 8.
    version = request.headers.get(hdrs.SEC_WEBSOCKET_VERSION)
    if version == "13" and web.WebSocketResponse().can_prepare(request):
        return None
    response = refuse_handshake(
        426, Reason.INVALID_REQUEST, {"message": "Open this address as a WebSocket, version 13"}
    )
    response.headers.update({hdrs.UPGRADE: "websocket", hdrs.SEC_WEBSOCKET_VERSION: "13"})
    return response


def refuse_handshake(status: int, reason: Reason, details: dict[str, Any] | None = None) -> web.Response:
    error = {"code": reason, "message": message(reason, details or {})}
    return web.json_response({"success": False, "error": error}, status=status)


def _bound_kernel(transport: asyncio.Transport | None) -> None:
    """Make the kernel hold little for a client that does not read, and notice a client that is gone."""
    socket = transport.get_extra_info("socket") if transport is not None else None
    if socket is None:
        return
    try:
        socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, SEND_BUFFER)
        if hasattr(sockets, "TCP_USER_TIMEOUT"):
            socket.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_USER_TIMEOUT, DEAD_AFTER_MS)
    except OSError:
        log.debug("socket.options_refused")  # a Unix socket behind a proxy
