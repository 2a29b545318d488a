"""A large body, read in pieces as it arrives, within limits of size and time. Nothing of it is held here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.json_body import invalid
from web.limits import UPLOAD_PIECE_SECONDS


async def read_pieces(request: web.Request, most_bytes: int, too_large: Callable[[], Refused]) -> AsyncIterator[bytes]:
    """Yield the body. Refuses what `too_large` gives, REQUEST_TIMEOUT if the client pauses, and INVALID_REQUEST for a damaged body."""
    if (request.content_length or 0) > most_bytes:
        raise too_large()
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused(Reason.UNSUPPORTED_MEDIA_TYPE, message="Send the body without Content-Encoding")
    while True:
        try:
            async with asyncio.timeout(UPLOAD_PIECE_SECONDS):
                piece = await request.content.readany()
        except TimeoutError:
            raise Refused(Reason.REQUEST_TIMEOUT) from None
        except (web.RequestPayloadError, HttpProcessingError):
            raise invalid(("body", "The body is damaged")) from None
        if not piece:
            return
        yield piece
