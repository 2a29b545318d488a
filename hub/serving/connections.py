"""Connections that ask for nothing or read nothing: bounded, so that nobody can use up the open files of the process.

A connection costs its client nothing, and the hub an open file. aiohttp closes a silent one after 15 seconds, and until then a
few thousand of them keep everybody else out. One whose client reads nothing it never closes. So there are four bounds:

* one address has at most `MOST_SILENT` connections that have been open for a second and sent no whole request;
* when connections take up most of the open files, those that wait for a request or for their client to read are closed, of the
  address with most first, and again until few enough are open;
* while that is not enough, an address that has more than its share, and more than `MOST_SILENT`, gets no further one;
* a client that reads nothing of a response for 15 seconds has its connection closed (`unread.py`).

A client of ours sends its request with the connection. Nothing is done per request: aiohttp counts a connection's requests.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from hub.observability import telemetry
from hub.serving import open_files
from hub.serving.unread import UnreadResponses
from web.middleware.client_address import network_of, read_address, within

if TYPE_CHECKING:
    from hub.settings import IPNetwork

MOST_SILENT = 100
"""Per address. Hundreds may share one, but each sends its request within milliseconds."""
SILENT_SECONDS = 1.0
SHARE_OF_FILES = 0.75
"""The rest is for Postgres, Redis, the log, and what the connections themselves need, such as pictures."""
CROWDED = 1.1
"""Times that share from which on an address with more than its part of it gets no further connection. A burst is accepted before
any of it can be closed, and without open files the kernel refuses scanners and readiness too."""
LOOK_SECONDS = 0.1
"""Seconds after a new connection until the bounds are looked at, once for all that came meanwhile."""
UNREAD_LOOK_SECONDS = 5.0
"""Seconds between two looks at all connections for those that nobody reads: 3 ms for 10,000."""
REPORT_SECONDS = 60.0


class ConnectionRunner(web.AppRunner):
    """An application runner whose server bounds its connections. Proxies in `exempt` bring everybody's.

    It unpacks no bodies: requests that have packed ones are refused, and aiohttp logs a traceback for each that cannot be unpacked.
    """

    def __init__(self, app: web.Application, *, exempt: Sequence[IPNetwork] = (), **kwargs: Any) -> None:
        super().__init__(app, auto_decompress=False, **kwargs)
        self._exempt = exempt

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return BoundedServer(made, self._exempt)


class BoundedServer(web.Server):
    def __init__(
        self,
        server: web.Server,
        exempt: Sequence[IPNetwork] = (),
        *,
        most_silent: int = MOST_SILENT,
        silent_seconds: float = SILENT_SECONDS,
        most: int | None = None,
    ) -> None:
        """Serve as `server` would. `most`: connections from which on those that wait are closed; by default from the limit."""
        super().__init__(
            server.request_handler,
            request_factory=server.request_factory,
            handler_cancellation=server.handler_cancellation,
            loop=server._loop,
            **server._kwargs,
        )
        self._exempt = exempt
        self._most_silent = most_silent
        self._silent_seconds = silent_seconds
        self._most = int(open_files.limit() * SHARE_OF_FILES) if most is None else most
        self._addresses: dict[RequestHandler, str] = {}
        self._counts: Counter[str] = Counter()
        """Connections by address. Those of exempt proxies count as of one."""
        self._transports: dict[RequestHandler, asyncio.Transport] = {}
        self._unread = UnreadResponses()
        self._is_looking_for_unread = False
        self._unused: dict[str, dict[RequestHandler, float]] = {}
        """Connections by address that had sent no whole request when last looked at, the oldest first, and since when."""
        self._is_looking = False
        self._closed: Counter[str] = Counter()
        self._reported_at = -REPORT_SECONDS

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        telemetry.connections_open.inc()
        address = self._addresses[handler] = self._address_of(transport)
        self._transports[handler] = transport
        self._counts[address] += 1
        if not self._is_looking_for_unread:
            self._is_looking_for_unread = True
            self._loop.call_later(UNREAD_LOOK_SECONDS, self._close_unread)
        if address:
            unused = self._unused.setdefault(address, {})
            unused[handler] = self._loop.time()
            if len(unused) > self._most_silent:
                self._look_soon()
        if len(self._addresses) > self._most:
            self._look_soon()
            if address and self._is_crowded_by(address):
                # A turn later, because aiohttp's task of the connection fails if it is lost before it has begun.
                self._loop.call_soon(self._close, handler, "crowding")

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        super().connection_lost(handler, exc)
        address = self._addresses.pop(handler, None)
        if address is None:
            return
        del self._transports[handler]
        self._counts[address] -= 1
        if not self._counts[address]:
            del self._counts[address]
        telemetry.connections_open.dec()
        unused = self._unused.get(address)
        if unused is not None:
            unused.pop(handler, None)
            if not unused:
                del self._unused[address]

    def _address_of(self, transport: asyncio.Transport) -> str:
        """Return the peer's address, IPv6 as its /64; "" for one that is not counted."""
        peer = transport.get_extra_info("peername")
        address = read_address(peer[0]) if isinstance(peer, tuple) else None
        return "" if address is None or within(address, self._exempt) else network_of(address)

    # ---- The bounds

    def _look_soon(self) -> None:
        if not self._is_looking:
            self._is_looking = True
            # After a pause of the whole process, timers come before the reading of what had arrived. One more turn comes after it.
            self._loop.call_later(LOOK_SECONDS, self._loop.call_soon, self._look)

    def _look(self) -> None:
        self._is_looking = False
        now = self._loop.time()
        for address in [name for name, unused in self._unused.items() if len(unused) > self._most_silent]:
            self._bound_silent(address, now)
        if len(self._addresses) > self._most:
            self._bound_waiting()
            # What cannot be closed now, such as a request that is being answered, can be soon. No new connection may come to ask for it.
            self._look_soon()
        self._report(now)

    def _is_crowded_by(self, address: str) -> bool:
        """Return whether files are about to run out and the address has more than an equal part of them, and many.

        A venue's scanners share an address, and come before those of a crowd with one connection each.
        """
        if len(self._addresses) <= self._most * CROWDED:
            return False
        return self._counts[address] > max(self._most_silent, self._most // len(self._counts))

    def _bound_silent(self, address: str, now: float) -> None:
        unused = self._unused[address]
        for handler in [handler for handler in unused if handler._request_count]:
            del unused[handler]
        for handler in list(unused)[: max(0, len(unused) - self._most_silent)]:
            if now - unused[handler] < self._silent_seconds:
                self._look_soon()
                break
            self._close(handler, "silent")
        if not unused:
            self._unused.pop(address, None)

    def _bound_waiting(self) -> None:
        """Close connections that wait for a request or for their client to read, until few enough are open.

        Evenly, of the addresses with most first, and of each address those that wait for a request first.
        """
        waiting: dict[str, list[RequestHandler]] = {}
        unread: dict[str, list[RequestHandler]] = {}
        for handler, address in self._addresses.items():
            if _is_waiting(handler):
                waiting.setdefault(address, []).append(handler)
            elif self._transports[handler].get_write_buffer_size():
                unread.setdefault(address, []).append(handler)
        may_close = {address: waiting.get(address, []) + unread.get(address, []) for address in waiting | unread}
        excess = len(self._addresses) - self._most
        kept = max(0, sum(map(len, may_close.values())) - excess)
        for address, handlers in sorted(may_close.items(), key=lambda one: len(one[1]), reverse=True):
            fair = kept // len(may_close)
            waits = len(waiting.get(address, ()))
            for n, handler in enumerate(handlers[: max(0, len(handlers) - fair)]):
                if excess <= 0:
                    return
                excess -= 1
                self._close(handler, "waiting" if n < waits else "unread")

    def _close_unread(self) -> None:
        self._is_looking_for_unread = bool(self._transports)
        if not self._transports:
            return
        self._loop.call_later(UNREAD_LOOK_SECONDS, self._close_unread)
        now = self._loop.time()
        for handler in self._unread.look(self._transports.items(), now):
            self._close(handler, "unread")
        self._report(now)

    def _close(self, handler: RequestHandler, kind: str) -> None:
        if handler not in self._transports:
            return
        self._closed[kind] += 1
        telemetry.connections_closed(kind)
        # Not the handler's own, which has none any more once it is closing: then it still waits until all is read.
        self._transports[handler].abort()

    def _report(self, now: float) -> None:
        """Log what was closed, at most once a minute."""
        if self._closed and now - self._reported_at >= REPORT_SECONDS:
            fields: dict[str, Any] = {"open": len(self._addresses), **self._closed}
            telemetry.event(telemetry.CONNECTIONS_BOUNDED, "WARNING", **fields)
            self._closed.clear()
            self._reported_at = now


def _is_waiting(handler: RequestHandler) -> bool:
    """Return whether the connection waits for a request, its first or another."""
    waiter = handler._waiter
    return waiter is not None and not waiter.done()
