"""The sign-in: who opens a socket, told by cookie, by header or by a first frame. No database is asked who it is.

A browser sends the cookie along whoever's page opens the socket, so with the cookie the page must be ours (Origin).
A token in a header or a frame was put there on purpose; where the page comes from says nothing then.
"""

import asyncio
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from hub.access.tokens import SESSION_COOKIE, Identity
from hub.actions.venues.venue_cache import Venue
from hub.actions.venues.venues import read_venue
from hub.live.protocol import fields
from hub.live.protocol.fields import Fields
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.settings import Settings

LONGEST_TOKEN = 2048
LARGEST_SKEW_MS = 10 * 365 * 24 * 3600 * 1000
DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Device(NamedTuple):
    """What a scanner says about itself; every part may be missing."""

    id: str | None = None
    name: str | None = None
    gate: str | None = None
    battery: int | None = None
    charging: bool | None = None
    queue: int | None = None
    """Scans it keeps and has yet to sync."""
    version: str | None = None
    round_trip_ms: int | None = None
    skew_ms: int | None = None
    """What its clock is ahead of the hub's."""


class ForeignOrigin(Exception):
    """A cookie came with the Origin of somebody else's page, or with none."""


class SignIn:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._origins = own_origins(services.settings)
        self._readings: dict[tuple[int, int], asyncio.Task[Venue]] = {}

    def credential(self, request: web.Request) -> str | None:
        """The token the handshake carries, None where a first frame is to bring it; raises ForeignOrigin."""
        header = request.headers.get(hdrs.AUTHORIZATION, "")
        if header[:7].lower() == "bearer ":
            return header[7:].strip()
        cookie = request.cookies.get(SESSION_COOKIE)
        if not cookie:
            return None
        if not self.is_own(request.headers.get(hdrs.ORIGIN)):
            raise ForeignOrigin
        return cookie

    def is_own(self, origin: str | None) -> bool:
        """Whether a page of ours says it comes from there."""
        return origin in self._origins

    def identity(self, token: Any) -> Identity:
        """Whose token this is; refuses UNAUTHENTICATED."""
        if type(token) is not str or not 0 < len(token) <= LONGEST_TOKEN or not token.isascii():
            raise Refused(Reason.UNAUTHENTICATED)
        return self._services.sessions.read(token)

    async def venue(self, identity: Identity) -> Venue | None:
        """The venue of the identity. However many sign in at once, Postgres is asked once."""
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


def device(given: Any) -> Device:
    """Read the `device` object of an `auth` or `device` frame; refuses INVALID_REQUEST."""
    if given is None:
        return Device()
    if type(given) is not dict:
        fields.refuse("device", "give an object")
    known: Fields = given
    charging = known.get("charging")
    if charging is not None and type(charging) is not bool:
        fields.refuse("charging", "give true or false")
    return Device(
        fields.text_or_none(known, "id", 64),
        fields.text_or_none(known, "name", 64),
        fields.text_or_none(known, "gate", 64),
        battery=fields.whole_or_none(known, "battery", 0, 100),
        charging=charging,
        queue=fields.whole_or_none(known, "queue", 0, 1_000_000),
        version=fields.text_or_none(known, "version", 64),
        round_trip_ms=fields.whole_or_none(known, "round_trip_ms", 0, 600_000),
        skew_ms=fields.whole_or_none(known, "skew_ms", -LARGEST_SKEW_MS, LARGEST_SKEW_MS),
    )


def own_origins(settings: Settings) -> frozenset[str]:
    """What a browser sends as Origin from our pages: the public URL's, and in development its names for this machine."""
    parts = urlsplit(settings.public_url.lower())
    port = "" if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    host = parts.netloc.rpartition("@")[2].removesuffix(f":{parts.port}")
    hosts = LOOPBACK if settings.development and host in LOOPBACK else (host,)
    return frozenset(f"{parts.scheme}://{name}{port}" for name in hosts)
