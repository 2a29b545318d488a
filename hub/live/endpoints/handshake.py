"""Handshake: shared by both endpoints. A socket is refused before it uses resources, or opened with limits."""

import asyncio
import logging
import random
import socket as sockets
from typing import Any, cast

from aiohttp import hdrs, web

from hub.live.connection.frame_reader import FrameReader, follow_frames
from hub.live.connection.socket_session import CLOSE_SECONDS, ClientSocket
from hub.rules.reasons import Reason
from hub.text.messages import message

SEND_BUFFER = 64 * 1024
"""Bytes of the kernel's send buffer per socket. By default it grows to megabytes, which a client that does not read fills."""
NEVER = 2**62
"""Bytes after which aiohttp waits for the transport in `send_frame`: never, because the send queue limits the data."""
DEAD_AFTER_MS = 15_000
"""Milliseconds after which the kernel closes a connection whose client acknowledges nothing."""

log = logging.getLogger(__name__)

follow_frames()


async def open_socket(request: web.Request, largest: int) -> ClientSocket:
    """Complete the handshake. The socket accepts frames of at most `largest` bytes."""
    # Without compression a frame is written in one step, and no socket needs memory for a compressor.
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
    socket.headers.clear()  # They are sent. Kept until the socket ends, they would be a tenth of its memory.
    _bound_kernel(request.transport)
    return ClientSocket(request, socket, writer.drain, cast("FrameReader", socket._parser))


def handshake_refusal(request: web.Request, *, turned_away: bool) -> web.Response | None:
    """Return the response that refuses the socket, or None. `turned_away`: the hub accepts no more sockets now."""
    if turned_away:
        return refuse_for_now(503, Reason.SERVICE_UNAVAILABLE)
    # aiohttp would also serve drafts 7 and 8 of the protocol.
    version = request.headers.get(hdrs.SEC_WEBSOCKET_VERSION)
    if version == "13" and web.WebSocketResponse().can_prepare(request):
        return None
    response = refuse_handshake(
        426, Reason.INVALID_REQUEST, {"message": "Open this address as a WebSocket, version 13"}
    )
    response.headers.update({hdrs.UPGRADE: "websocket", hdrs.SEC_WEBSOCKET_VERSION: "13"})
    return response


def refuse_for_now(status: int, reason: Reason) -> web.Response:
    """Return a refusal with a time after which to try again."""
    response = refuse_handshake(status, reason)
    response.headers[hdrs.RETRY_AFTER] = str(random.randint(1, 10))  # noqa: S311 - jitter
    return response


def refuse_handshake(status: int, reason: Reason, details: dict[str, Any] | None = None) -> web.Response:
    error = {"code": reason, "message": message(reason, details or {})}
    return web.json_response({"success": False, "error": error}, status=status)


def _bound_kernel(transport: asyncio.Transport | None) -> None:
    """Limit the data that the kernel holds for a client that does not read, and detect a client that is gone."""
    socket = transport.get_extra_info("socket") if transport is not None else None
    if socket is None:
        return
    try:
        socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, SEND_BUFFER)
        if hasattr(sockets, "TCP_USER_TIMEOUT"):
            socket.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_USER_TIMEOUT, DEAD_AFTER_MS)
    except OSError:
        log.debug("socket.options_refused")  # a Unix socket behind a proxy
