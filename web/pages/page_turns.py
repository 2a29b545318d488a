"""Page turns: while anonymous clients ask for many pages at once, the event loop begins one of them in each of its turns.

A page takes as long as a hundred scans, and a loop runs all that is ready before it looks at its sockets again. Two hundred
pages at once would keep every gate waiting for a second. Taken in turns, a scan waits for one page at most at each of its steps.
Pages of staff do not wait.
"""

from __future__ import annotations

import asyncio
from collections import deque

from aiohttp import web

from db.anonymous import is_anonymous
from web.api.endpoint import Handler


class PageTurns:
    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._calling: asyncio.Handle | None = None

    async def take(self) -> None:
        """Return in a turn of the loop in which no other page begins: in this one, or in order of the calls."""
        loop = asyncio.get_running_loop()
        if self._calling is None:
            self._calling = loop.call_soon(self._call_next)
            return
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append(turn)
        await turn

    def _call_next(self) -> None:
        self._calling = None
        while self._waiting and self._calling is None:
            turn = self._waiting.popleft()
            if not turn.done():  # its client may have gone
                turn.set_result(None)
                self._calling = asyncio.get_running_loop().call_soon(self._call_next)


PAGE_TURNS: web.AppKey[PageTurns] = web.AppKey("page_turns")


def in_turn(route: web.RouteDef) -> web.RouteDef:
    """Return the route with a handler that waits for its turn, unless the client has signed in."""
    handler: Handler = route.handler

    async def wait_and_handle(request: web.Request) -> web.StreamResponse:
        if is_anonymous():
            await request.app[PAGE_TURNS].take()
        return await handler(request)

    return web.RouteDef(route.method, route.path, wait_and_handle, route.kwargs)
