"""Security headers of every response. They are set when the response is prepared, so errors have them too. A script or style sheet
has those of a part of a page: browsers take no policy from it."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from hub.settings import Settings
from web.one_piece_response import JSON

SERVER = "venue-hub"
SCANNERS = frozenset({"/operator/scan", "/operator/scan/training"})
"""The pages with a camera and its code reader."""
# Pages whose URL holds a ticket code or a token. No other site may see the URL.
_SECRET_ADDRESSES = ("/r/", "/w/", "/b/", "/reserve", "/v/", "/invitation/", "/api/", "/dev/")
_NOT_FOR_SEARCH = (*_SECRET_ADDRESSES, "/account", "/admin", "/manager", "/operator/", "/venue/", "/waiting-room")
"""Paths that no search engine may list: pages that open by a token, those of the staff, and the waiting room.

`robots.txt` only asks not to read them. A link that somebody has published would be listed all the same, with its token.
"""
_SEARCHABLE = re.compile("/reserve|/v/[^/]+/reserve")
"""The first page of booking, of all venues or of one. What follows it, and a link with a ticket code, are not listed."""
# The code reader is WebAssembly. A worker follows the policy of its own file, so that file needs the permission too.
_READER = "/js/features/scan/reader_worker.js"
_PARTS = frozenset({"text/javascript", "text/css"})
"""Static files that are only ever part of a page, whose policies hold for them. A worker's own file is none of them."""
_YEARS = 63_072_000
_NO_DEVICES = "camera=(), geolocation=(), microphone=(), payment=()"


_OF_PARTS = ("Server", "X-Content-Type-Options", "Cross-Origin-Resource-Policy", "Strict-Transport-Security")
"""Headers that say something of a part of a page. The others speak of documents, and cost half a kilobyte a file."""


def content_security_policy(public_url: str, *, scanner: bool = False) -> str:
    """Return the policy: no inline script, no inline style, nothing from other sites. `data:` images are QR codes of the API.

    Only the scanner may compile WebAssembly and start workers.
    """
    public = urlsplit(public_url)
    socket = f"{'wss' if public.scheme == 'https' else 'ws'}://{public.netloc}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'" if scanner else "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' {socket}",
            "font-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            *(("worker-src 'self'",) if scanner else ()),
        )
    )


def api_head(settings: Settings) -> bytes:
    """Return the header lines that every JSON response of the API has: those that `header_setter` would set for it."""
    headers = {
        "Content-Type": JSON,
        **_headers_of_all(settings),
        "Permissions-Policy": _NO_DEVICES,
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
        "Cache-Control": "no-store",
    }
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def _headers_of_all(settings: Settings) -> dict[str, str]:
    always = {
        "Server": SERVER,
        "Content-Security-Policy": content_security_policy(settings.public_url),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.public_url.startswith("https://"):
        always["Strict-Transport-Security"] = f"max-age={_YEARS}; includeSubDomains"
    return always


def header_setter(settings: Settings) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Return the handler for `app.on_response_prepare`."""
    always = _headers_of_all(settings)
    part = {name: always[name] for name in always if name in _OF_PARTS}
    elsewhere = {**always, "Permissions-Policy": _NO_DEVICES}
    scanner = {
        **always,
        "Content-Security-Policy": content_security_policy(settings.public_url, scanner=True),
        "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
    }

    async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
        headers = response.headers
        path = request.path
        if path.startswith("/static/") and response.content_type in _PARTS and not path.endswith(_READER):
            headers.update(part)
            headers["X-Request-ID"] = request.get("request_id") or ""
            return
        # A page that shows foreign HTML, such as an e-mail, sets a stricter policy itself.
        own_policy = headers.get("Content-Security-Policy")
        headers.update(scanner if path in SCANNERS or path.endswith(_READER) else elsewhere)
        if own_policy is not None:
            headers["Content-Security-Policy"] = own_policy
        headers["X-Request-ID"] = request.get("request_id") or ""
        if "Referrer-Policy" not in headers:
            secret = path.startswith(_SECRET_ADDRESSES)
            headers["Referrer-Policy"] = "no-referrer" if secret else "strict-origin-when-cross-origin"
        listed = not path.startswith(_NOT_FOR_SEARCH) or (_SEARCHABLE.fullmatch(path) and not request.query_string)
        if not listed and "X-Robots-Tag" not in headers:
            headers["X-Robots-Tag"] = "noindex, nofollow"
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"

    return set_headers
