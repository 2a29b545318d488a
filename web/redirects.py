"""The redirect after a form or a link that leads elsewhere: the only place that writes a `Location`."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

_KEPT = "!#$%&'()*+,/:;=?@[]~"
"""What may stand in a URL as it is. Everything else is quoted, so that no text ends the header or starts another."""


def see_other(location: str) -> web.Response:
    """Redirect with 303, so that a reload sends nothing again. `location` is a path of ours, or a URL."""
    return web.Response(status=303, headers={"Location": quote(location, safe=_KEPT, errors="replace")})
