"""The turn of a booking: claimed before it, used up by its success, and given back by a refusal.

A booking of something that no waiting room stands in front of asks nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from db.pool import DatabaseDown
from hub.guards.waiting_room import RoomTerms
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.waiting_room import RoomName
from hub.services import Services


@asynccontextmanager
async def turn_to_book(services: Services, name: RoomName, visitor: str | None, key: str | None) -> AsyncIterator[None]:
    """Let the block book what stands behind this waiting room. `visitor` is the one of the browser, None if it has joined nowhere.

    Refuses WAITING_ROOM with the address of the room for a visitor who must wait first, and BUSY while another booking uses the turn.
    A repeat with the same idempotency `key` goes on, because it gets the first answer.
    """
    terms = await _terms(services, name)
    if terms is None:
        yield
        return
    visitor, key = visitor or "", "" if key is None else _hashed(key)
    guard = services.waiting_rooms.guard
    answer = await guard.ask(terms, "claim", visitor, value=key)
    if answer is not None and answer.state == "refused":
        raise Refused(
            Reason.WAITING_ROOM, **{"for": str(name), "waiting_room": f"/waiting-room?for={quote(str(name))}"}
        )
    if answer is not None and answer.state == "busy":
        raise Refused(Reason.BUSY)
    claimed = answer is not None and answer.state == "claimed"
    try:
        yield
    except BaseException:
        if claimed:
            guard.write(terms, "return", visitor, key)
        raise
    if claimed or key:
        guard.write(terms, "use", visitor if claimed else "", key)


async def _terms(services: Services, name: RoomName) -> RoomTerms | None:
    rooms = services.waiting_rooms
    try:
        return await rooms.terms(await rooms.read(name))
    except (Refused, DatabaseDown):
        return None  # the booking itself says what is wrong


def _hashed(key: str) -> str:
    """Return a hash of an idempotency key. Keys are as long as their clients make them."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
