"""Compressed API responses: for endpoints marked `packed`, above a size, and where the client reads gzip.

Only lists that pay are marked. Not marked are answers to a scan, which are smaller than a packet and would wait for the
compression; and answers with a token or another secret, whose size could give it away (BREACH). Sockets are not compressed:
each would keep 30 to 300 kB for it.
"""

from __future__ import annotations

import asyncio
import gzip
from functools import lru_cache

from aiohttp import web

from web.one_piece_response import OnePieceResponse
from web.pieced_body import write_in_pieces

FEWEST_BYTES = 1400
"""What fits into one packet gains nothing."""
_LEVEL_ONCE, _LEVEL_EACH = 6, 3
_LARGE = 64 * 1024
"""From here on compression takes more than a millisecond, and is done in a thread."""


async def pack_response(request: web.Request, response: web.StreamResponse, *, public: bool) -> web.StreamResponse:
    """Compress the body of a response where that pays, and let a large one be written in pieces.

    A `public` one is compressed once, however often it is asked for.
    """
    if isinstance(response, web.Response) and type(response) in (web.Response, OnePieceResponse):
        await _pack(request, response, public=public)
        write_in_pieces(response)
    return response


async def _pack(request: web.Request, response: web.Response, *, public: bool) -> None:
    headers, body = response.headers, response.body
    headers["Vary"] = f"{headers['Vary']}, Accept-Encoding" if "Vary" in headers else "Accept-Encoding"
    if not isinstance(body, bytes) or len(body) < FEWEST_BYTES or "Content-Encoding" in headers:
        return
    if not accepts_gzip(request):
        return
    if public:
        packed = pack_once(body)
    elif len(body) < _LARGE:
        packed = gzip.compress(body, _LEVEL_EACH, mtime=0)
    else:
        packed = await asyncio.to_thread(gzip.compress, body, _LEVEL_EACH, mtime=0)
    response.body = packed
    headers["Content-Encoding"] = "gzip"
    if headers.get("ETag", "W/").startswith('"'):
        # Two forms of one content have the same weak tag (RFC 9110, 8.8.1).
        headers["ETag"] = f"W/{headers['ETag']}"


def accepts_gzip(request: web.Request) -> bool:
    """Return whether the client reads gzip: it names it, and not with the quality 0."""
    for one in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, quality = one.partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


@lru_cache(maxsize=32)
def pack_once(body: bytes) -> bytes:
    """Return the compressed body. The last 32 are kept: a month of a calendar is compressed once for all its readers."""
    return gzip.compress(body, _LEVEL_ONCE, mtime=0)
