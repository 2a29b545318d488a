"""Authentication of a socket by cookie, header or first frame. The identity is in the token, so this takes no query.

A browser sends the cookie for any page that opens a socket, so with a cookie the page's Origin must be ours. A token in a
header or a frame was put there by the page's own script, so its origin does not matter.
"""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from hub.access.cookies import read_cookie, read_lasting_cookie
from hub.access.scanners import SCANNER_COOKIE, SCANNER_HEADER
from hub.access.tokens import SESSION_COOKIE, Identity
from hub.actions.venues.venues import read_venue
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from hub.services import Services
from hub.settings import Settings

LONGEST_TOKEN = 2048
DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class ForeignOrigin(Exception):
    """A cookie came with the Origin of another site, or with none."""


class Authentication:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._origins = own_origins(services.settings)
        self._readings: dict[tuple[int, int], asyncio.Task[Venue]] = {}

    def token_of(self, request: web.Request) -> str | None:
        """Return the token of the handshake, or None if the first frame must bring it. Raises ForeignOrigin."""
        header = request.headers.get(hdrs.AUTHORIZATION, "")
        if header[:7].lower() == "bearer ":
            return header[7:].strip()
        cookie = read_cookie(request.cookies, SESSION_COOKIE, self._services.settings)
        if not cookie:
            return None
        if not self.is_own_origin(request.headers.get(hdrs.ORIGIN)):
            raise ForeignOrigin
        return cookie

    def scanner_token_of(self, request: web.Request) -> str | None:
        """Return the token of an enrolled scanner: from the header, or from the cookie for our own pages."""
        header = request.headers.get(SCANNER_HEADER)
        if header:
            return header.strip()
        if not self.is_own_origin(request.headers.get(hdrs.ORIGIN)):
            return None
        return read_lasting_cookie(request.cookies, SCANNER_COOKIE, self._services.settings)

    def is_own_origin(self, origin: str | None) -> bool:
        """Return whether our own pages have this origin."""
        return origin in self._origins

    def read_identity(self, token: Any) -> Identity:
        """Return the identity of the token. Refuses UNAUTHENTICATED."""
        if type(token) is not str or not 0 < len(token) <= LONGEST_TOKEN or not token.isascii():
            raise Refused(Reason.UNAUTHENTICATED)
        return self._services.sessions.read(token)

    def is_session(self, token: str | None) -> bool:
        """Return whether the token of the handshake is one of a session."""
        try:
            return token is not None and bool(self.read_identity(token))
        except Refused:
            return False

    async def venue_of(self, identity: Identity) -> Venue | None:
        """Return the venue of the identity. Clients that authenticate at once share one query."""
        if not identity.venue_id:
            return None
        venue = self._services.venues.remembered(identity.org_id, identity.venue_id)
        if venue is not None:
            return venue
        key = identity.org_id, identity.venue_id
        reading = self._readings.get(key)
        if reading is None:
            reading = self._readings[key] = asyncio.get_running_loop().create_task(read_venue(self._services, *key))
            reading.add_done_callback(
                lambda done: (self._readings.pop(key, None), done.cancelled() or done.exception())
            )
        return await asyncio.shield(reading)


def own_origins(settings: Settings) -> frozenset[str]:
    """Return the origins of our pages: that of the public URL, and in development the names of this machine."""
    parts = urlsplit(settings.public_url.lower())
    port = "" if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    host = parts.netloc.rpartition("@")[2].removesuffix(f":{parts.port}")
    hosts = LOOPBACK if settings.development and host in LOOPBACK else (host,)
    return frozenset(f"{parts.scheme}://{name}{port}" for name in hosts)
