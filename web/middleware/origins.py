"""The origin check against CSRF: a page of another site must not use the session cookie of a signed-in user."""

from functools import lru_cache
from urllib.parse import urlsplit

from aiohttp import web

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.keys import SERVICES

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})


def refuse_foreign_origin(request: web.Request) -> None:
    """Refuse a request that changes something, carries the session cookie and comes from a page of another origin.

    Browsers always send `Origin` with such a request; a client that sends neither `Origin` nor `Sec-Fetch-Site` is not a
    browser and cannot be made to send somebody else's cookie.
    """
    if request.method in _SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if origin is None:
        if request.headers.get("Sec-Fetch-Site", "same-origin") in _OWN_SITE:
            return
    elif is_own_origin(origin, request.app[SERVICES].settings.public_url, request.headers.get("Host", "")):
        return
    raise Refused(Reason.FORBIDDEN, message="This request comes from a page of another site")


@lru_cache(maxsize=1024)
def is_own_origin(origin: str, public_url: str, host: str) -> bool:
    """Return whether `origin` is the hub's own: that of the public URL or, on plain HTTP, the host of the request.

    The second makes both `http://localhost:8080` and `http://127.0.0.1:8080` work on a development machine. It is safe,
    because the cookie belongs to the request's host.
    """
    public = urlsplit(public_url)
    if origin == f"{public.scheme}://{public.netloc}".lower():
        return True
    return public.scheme == "http" and bool(host) and origin == f"http://{host}".lower()
