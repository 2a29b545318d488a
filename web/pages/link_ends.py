"""Links from mails: programs take the punctuation after a link for a part of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from urllib.parse import quote

from aiohttp import web

from web.redirects import see_other

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SURPLUS = ".,;:!?)]}>\"'*\u2019\u201d\u00bb\u3002\uff0c\uff1b\uff1a\uff01\uff1f\uff09\u300b \u00a0"
"""What may follow a link in a sentence. No token ends in any of it."""


def without_surplus(handler: Handler) -> Handler:
    """Let a page at `.../{token}` send a link with punctuation at its end to the link without it."""

    @wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        bare = token.rstrip(SURPLUS)
        if bare == token or not bare:
            return await handler(request)
        path = request.path.removesuffix(token) + quote(bare, safe="")
        return see_other(f"{path}?{request.query_string}" if request.query_string else path)

    return answer
