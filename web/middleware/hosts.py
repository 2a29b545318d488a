"""The names of this hub in `Host`: what is open to a private network is answered only under a name that is ours.

A page of another site may let its own name lead to an address of the reader's network (DNS rebinding). The reader's browser then
sends that page's requests to the hub, from a private address, and shows the page what the hub answers.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from aiohttp import web

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.urls import PRIVATE_DOMAINS
from web.keys import SERVICES
from web.middleware.client_address import read_address


def refuse_foreign_host(request: web.Request) -> None:
    """Refuse FORBIDDEN for a `Host` that another site may own. A client without `Host` is no browser."""
    host = request.headers.get("Host")
    if host is not None and not is_own_host(host, request.app[SERVICES].settings.public_url):
        raise Refused(Reason.FORBIDDEN, message="This address is not answered under this name")


@lru_cache(maxsize=1024)
def is_own_host(host: str, public_url: str) -> bool:
    """Return whether nobody else can own the name in `Host`: that of the public URL, an address, or one of a private network."""
    host = host.strip().lower()
    if host == urlsplit(public_url).netloc.lower() or read_address(host) is not None:
        return True
    name = host.partition(":")[0].rstrip(".")
    return name == urlsplit(public_url).hostname or "." not in name or name.rpartition(".")[2] in PRIVATE_DOMAINS
