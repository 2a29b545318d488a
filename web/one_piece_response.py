"""The JSON response of the API: head and body are written in one piece.

A response of aiohttp collects its headers in a dict, asks the signal for those that all responses have, and formats each of them.
The API's are always the same but for five, so this response writes them from bytes that were made once.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.helpers import rfc822_formatted_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.abc import AbstractStreamWriter

JSON = "application/json"
API = "/api/"
API_HEAD: web.AppKey[bytes] = web.AppKey("api_head")
"""The header lines that every JSON response of the API has, with the line ends."""
_STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode()
    for status in HTTPStatus
    if status >= HTTPStatus.OK
    and status not in (HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT, HTTPStatus.NOT_MODIFIED)
}
_OWN = frozenset({hdrs.SET_COOKIE, "Retry-After"})
"""Headers that a response may have of its own: none of those that all have."""


class OnePieceResponse(web.Response):
    """A response with JSON. One with other headers of its own, or that is not for the API over HTTP/1.1, is written by aiohttp."""

    _is_written = False

    @property
    def keep_alive(self) -> bool | None:
        return True if self._is_written else super().keep_alive

    @property
    def prepared(self) -> bool:
        return self._is_written or super().prepared

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        if self._is_written:
            return None
        whole = self._in_one_piece(request)
        if whole is None:
            return await super().prepare(request)
        self._is_written = True
        await request.writer.write_eof(whole)
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        if not self._is_written:
            await super().write_eof(data)

    def _in_one_piece(self, request: web.BaseRequest) -> bytes | None:
        """Return the whole response; None for one that is not a plain one."""
        headers, body = self._headers, self._body
        own = "" if len(headers) == 1 else _own_lines(headers)
        if (
            own is None
            or headers.get(hdrs.CONTENT_TYPE) != JSON
            or not isinstance(body, bytes)
            or self._cookies
            or super().keep_alive is not None
            or request.method == hdrs.METH_HEAD
            or request.version != HttpVersion11
            or not request.keep_alive
            or not isinstance(request, web.Request)
            or not request.path.startswith(API)
            or not (status := _STATUS_LINES.get(self.status))
        ):
            return None
        last = (
            f"{own}Content-Length: {len(body)}\r\nDate: {rfc822_formatted_time()}\r\n"
            f"X-Request-ID: {request.get('request_id') or ''}\r\n\r\n"
        )
        return b"".join((status, request.app[API_HEAD], last.encode(), body))


def _own_lines(headers: Mapping[str, str]) -> str | None:
    """Return the lines of the headers beside the type; None if aiohttp must write one."""
    lines = []
    for name, value in headers.items():
        if name != hdrs.CONTENT_TYPE:
            if name not in _OWN or "\r" in value or "\n" in value:
                return None
            lines.append(f"{name}: {value}\r\n")
    return "".join(lines) if len(lines) == len(headers) - 1 else None
