"""The logo of a venue: set, taken away, and served at an address that never changes its content."""

import asyncio
import hashlib
from collections import OrderedDict

from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_other_version
from hub.actions.venues.logo_image import read_logo
from hub.actions.venues.venue_records import VENUES, VenueRecord, read_venue_record
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

LOGOS = load("venues/logos")
MOST_KEPT = 64
"""Logos that a process keeps in memory, of at most some 100 kB each."""


class Logos:
    """The images served by this process: those asked for last stay in memory."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()

    async def read(self, name: str) -> bytes:
        """Return the PNG with this hash, in hex. Refuses NOT_FOUND."""
        try:
            digest = bytes.fromhex(name)
        except ValueError:
            raise Refused(Reason.NOT_FOUND) from None
        image = self._kept.get(digest)
        if image is None:
            image = await self._services.database.fetchval(LOGOS.read_logo, digest)
            if image is None:
                raise Refused(Reason.NOT_FOUND)
            self._kept[digest] = image
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(digest)
        return image


async def set_logo(
    services: Services, by: Actor, venue_id: int, content: bytes | None, *, version: int | None = None
) -> VenueRecord:
    """Give a venue the logo in this upload, or take its logo away with None. Pages and mails have it within seconds.

    Refuses as `read_logo` does, NOT_FOUND, FORBIDDEN outside of the scope, and VERSION_MISMATCH.
    """
    logo = await asyncio.to_thread(read_logo, content) if content is not None else None
    digest = hashlib.sha256(logo.image).digest() if logo else None
    async with change(services) as connection:
        row = await connection.fetchrow(VENUES.lock_venue, by.org_id, venue_id)
        if row is None:
            raise Refused(Reason.NOT_FOUND)
        refuse_other_venue(by, venue_id)
        refuse_other_version(row, version)
        before = await connection.fetchrow(VENUES.read_venue_record, by.org_id, venue_id)
        if logo is None:
            await connection.execute(LOGOS.drop_logo, by.org_id, venue_id)
        else:
            await connection.execute(
                LOGOS.store_logo, by.org_id, venue_id, digest, logo.width, logo.height, logo.image, services.clock.now()
            )
        await connection.execute(LOGOS.raise_version, by.org_id, venue_id)
        await record_change(
            connection, services, by, AuditAction.LOGO_CHANGED, venue_id, venue_id=venue_id, before={"logo": before["logo"]},
            after={"logo": digest and digest.hex()},
        )  # fmt: skip
    services.venues.forget()
    return await read_venue_record(services, by.org_id, venue_id)
