"""Responses that nobody reads: such a connection holds an open file and memory for as long as its client likes.

A client counts as reading by what its kernel has acknowledged, which Linux tells. So a slow network is given all the time that
it needs, and a client that takes `LEAST_PER_SECOND` bytes is never cut.
"""

from __future__ import annotations

import fcntl
import socket
import struct
import termios
from asyncio import Transport
from collections.abc import Iterable

from aiohttp.web_protocol import RequestHandler

UNREAD_SECONDS = 15.0
LEAST_PER_SECOND = 1000
_ACKNOWLEDGED = 120
"""Where the 64 bits `tcpi_bytes_acked` begin in the `tcp_info` of Linux."""


class UnreadResponses:
    """Which connections wait for their clients to read, since when, and how much these had read by then."""

    def __init__(self) -> None:
        self._seen: dict[RequestHandler, tuple[float, int]] = {}

    def look(self, connections: Iterable[tuple[RequestHandler, Transport]], now: float) -> list[RequestHandler]:
        """Return those whose clients have read less than `LEAST_PER_SECOND` for `UNREAD_SECONDS`."""
        seen, overdue = {}, []
        for handler, transport in connections:
            if not _waits_for_its_client(handler, transport) or (read := _bytes_read(transport)) is None:
                continue
            since, before = self._seen.get(handler, (now, read))
            if now - since >= UNREAD_SECONDS:
                if read - before < LEAST_PER_SECOND * (now - since):
                    overdue.append(handler)
                since, before = now, read
            seen[handler] = since, before
        self._seen = seen
        return overdue


def _waits_for_its_client(handler: RequestHandler, transport: Transport) -> bool:
    if transport.get_write_buffer_size():
        return True
    # A file is sent by the kernel, and none of it is in the buffer. A socket that was opened is a request that never ends.
    return handler._request_in_progress and handler._payload_parser is None and _unsent_by_kernel(transport) > 0


def _unsent_by_kernel(transport: Transport) -> int:
    """Return the bytes that the kernel has of this connection and the client has not acknowledged."""
    try:
        queued = fcntl.ioctl(transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
    except OSError:
        return 0
    return int(struct.unpack("i", queued)[0])


def _bytes_read(transport: Transport) -> int | None:
    """Return the bytes that the client's kernel has acknowledged; None where this one does not count them."""
    if not hasattr(socket, "TCP_INFO"):
        return None
    try:
        info = transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    except OSError:
        return None
    return int(struct.unpack_from("Q", info, _ACKNOWLEDGED)[0]) if len(info) >= _ACKNOWLEDGED + 8 else None
