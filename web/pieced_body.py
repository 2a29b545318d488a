"""A large response body that is written in pieces, each after the client has taken what came before.

A body in one piece is copied for its connection at once. A thousand clients that read nothing then hold a gigabyte. Everybody else has
a turn after each piece: while the kernel takes all that is written, nothing else would wait.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.payload import Payload

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter

PIECE = 32 * 1024
LARGE = 2 * PIECE
"""What aiohttp and asyncio hold of a connection before they wait for its client."""


class PiecedBody(Payload):
    def __init__(self, body: bytes, content_type: str) -> None:
        super().__init__(body, content_type=content_type)
        self._size = len(body)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return bytes(self._value).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        whole = memoryview(self._value)
        for start in range(0, len(whole), PIECE):
            await writer.write(whole[start : start + PIECE])
            await asyncio.sleep(0)


def write_in_pieces(response: web.Response) -> None:
    """Let the body be written in pieces if it is large."""
    body = response.body
    if isinstance(body, bytes) and len(body) > LARGE:
        response.body = PiecedBody(body, response.headers["Content-Type"])
