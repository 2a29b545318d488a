"""Posters: an image is checked, stored under the hash of its bytes, and served at an address that never changes its content."""

import asyncio
import hashlib
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass

import asyncpg

from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_other_version
from hub.actions.shows.shows import ShowRecord, read_show
from hub.actions.venues.changed_slots import publish_slots
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.image_header import ImageHeader, read_image_header
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.text.languages import N_

SHOWS = load("shows/shows")
MOST_BYTES = 4 * 1024 * 1024
LEAST_PIXELS, MOST_PIXELS = 100, 6000
"""Of each side. A smaller poster is a mistake, and a larger one makes phones run out of memory."""
KEPT_BYTES = 32 * 1024 * 1024
"""Bytes of images that a process keeps in memory."""


@dataclass(frozen=True, slots=True)
class PosterImage:
    """The bytes of a poster with their media type."""

    media_type: str
    image: bytes


class Posters:
    """The images served by this process: the newest ones stay in memory, up to `KEPT_BYTES`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._kept: OrderedDict[bytes, PosterImage] = OrderedDict()
        self._bytes = 0

    async def read(self, name: str) -> PosterImage:
        """Return the image with this hash, in hex. Refuses NOT_FOUND."""
        try:
            digest = bytes.fromhex(name)
        except ValueError:
            raise Refused(Reason.NOT_FOUND) from None
        known = self._kept.get(digest)
        if known is not None:
            self._kept.move_to_end(digest)
            return known
        row = await self._services.database.fetchrow(SHOWS.read_poster, digest)
        if row is None:
            raise Refused(Reason.NOT_FOUND)
        poster = PosterImage(row["media_type"], row["image"])
        self._keep(digest, poster)
        return poster

    def _keep(self, digest: bytes, poster: PosterImage) -> None:
        if digest not in self._kept:
            self._kept[digest] = poster
            self._bytes += len(poster.image)
        while self._bytes > KEPT_BYTES:
            self._bytes -= len(self._kept.popitem(last=False)[1].image)


def check_poster(image: bytes) -> ImageHeader:
    """Return the header of an image that may be a poster.

    Refuses PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE for what is no PNG, JPEG or WebP, and INVALID_REQUEST for an impossible size.
    """
    if len(image) > MOST_BYTES:
        raise Refused(Reason.PAYLOAD_TOO_LARGE, message=N_("A poster has at most 4 MB"))
    header = read_image_header(image)
    if header is None:
        raise Refused(Reason.UNSUPPORTED_MEDIA_TYPE, message=N_("A poster is a PNG, JPEG or WebP image"))
    if not (LEAST_PIXELS <= header.width <= MOST_PIXELS and LEAST_PIXELS <= header.height <= MOST_PIXELS):
        problem = (
            f"Each side has {LEAST_PIXELS} to {MOST_PIXELS} pixels; this image has {header.width} x {header.height}"
        )
        raise Refused(Reason.INVALID_REQUEST, errors=[{"field": "image", "message": problem}])
    return header


async def set_poster(
    services: Services, by: Actor, show_id: int, image: bytes | None, *, version: int | None = None
) -> ShowRecord:
    """Give a show this poster, or take it away with None. The same image again changes nothing but the show's version.

    Refuses as `check_poster` does, SHOW_NOT_FOUND and VERSION_MISMATCH.
    """
    header = check_poster(image) if image is not None else None
    digest = await asyncio.to_thread(_hash, image) if image is not None else None
    for _ in range(MAX_ATTEMPTS):
        with suppress(asyncpg.ForeignKeyViolationError):  # another show gave the same image away meanwhile
            before = await _write(services, by, show_id, image, header=header, digest=digest, version=version)
            break
    else:
        raise Refused(Reason.BUSY)
    if before is not None and before != digest:
        with suppress(asyncpg.ForeignKeyViolationError):
            await services.database.execute(SHOWS.drop_poster, by.org_id, before)
    publish_slots(services, by.org_id)
    telemetry.event(telemetry.SHOW_CHANGED, change="poster", show_id=show_id, staff_id=by.staff_id)
    return await read_show(services, by, show_id)


async def _write(
    services: Services, by: Actor, show_id: int, image: bytes | None, *, header: ImageHeader | None,
    digest: bytes | None, version: int | None,
) -> bytes | None:  # fmt: skip
    """Store the image and give it to the show, in one transaction. Return the hash of the poster it had."""
    now = services.clock.now()
    async with change(services) as connection:
        row = await connection.fetchrow(SHOWS.lock_show, by.org_id, show_id)
        if row is None:
            raise Refused(Reason.SHOW_NOT_FOUND)
        refuse_other_venue(by, row["venue_id"])
        refuse_other_version(row, version)
        if header is not None:
            await connection.execute(
                SHOWS.store_poster, by.org_id, digest, header.media_type, header.width, header.height, image, now
            )
        await connection.execute(SHOWS.set_poster, by.org_id, show_id, digest, now)
        before: bytes | None = row["poster_hash"]
        await record_change(
            connection, services, by, AuditAction.POSTER_CHANGED, show_id, venue_id=row["venue_id"],
            before={"poster": before and before.hex()}, after={"poster": digest and digest.hex()},
        )  # fmt: skip
    return before


def _hash(image: bytes) -> bytes:
    return hashlib.sha256(image).digest()
