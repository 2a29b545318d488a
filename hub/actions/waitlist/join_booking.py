"""Joining the waiting list of a sold-out performance with a request for seats that could not be confirmed.

The entry has the booking's one ticket and as many places as the party has people. A request that waits does not expire: it stands
until its performance is over, whatever becomes of its place on the list. So its link can be used at any time for seats that are
free, and an accepted offer always finds it.
"""

from datetime import datetime
from functools import partial
from typing import Any

import asyncpg

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.actions.waitlist.entries import refuse_wait, slot_facts, why_closed
from hub.actions.waitlist.join import Joined
from hub.observability import telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

WAITLIST = load("waitlist/entries")


async def join_with_booking(services: Services, confirm_token: str, language: str) -> Joined:
    """Join the list of the performance at its end, by the link that confirms the request.

    A request that waits already gets its entry with a new link. Refuses CONFIRMATION_NOT_FOUND, CONFIRMATION_EXPIRED,
    CONFIRMATION_USED and BOOKING_CANCELLED as the confirmation does, BOOKING_CLOSED if the performance cannot be booked any
    more, SLOT_NOT_FULL if the party fits, and WAITLIST_CLOSED if the venue has no lists or the party is larger than the room.
    """
    found = await services.links.look_up(
        token_hash(confirm_token), partial(services.database.fetchrow, WAITLIST.request_of_token)
    )
    if found is None:
        raise Refused(Reason.CONFIRMATION_NOT_FOUND)
    token, now = secret_token(), services.clock.now()
    try:
        return await _join(services, found, language, token, now)
    except asyncpg.UniqueViolationError:
        # It waits already: waitlist_tickets_wait_once.
        return await _joined_before(services, found, token, now)


async def _join(services: Services, found: Any, language: str, token: str, now: datetime) -> Joined:
    org_id, booking_id = found["org_id"], found["id"]
    async with services.database.transaction() as connection:
        request = await connection.fetchrow(WAITLIST.lock_request, org_id, booking_id)
        _refuse_request(request, now)
        venue = await services.venues.read(org_id, request["venue_id"])
        slot = await connection.fetchrow(WAITLIST.lock_slot, org_id, request["slot_id"])
        if why_closed(slot, now, 0) is not None:
            raise Refused(Reason.BOOKING_CLOSED)
        refuse_wait(slot, venue, request["party_size"])
        entry_id = await connection.fetchval(
            WAITLIST.join_line, org_id, slot["id"], slot["venue_id"], [booking_id], request["email"], request["phone"] or "",
            language, None, None, token, token_hash(token), now, slot_facts(slot, venue), request["party_size"],
        )  # fmt: skip
        await connection.execute(WAITLIST.keep_request, org_id, booking_id, slot["ends_at"])
        position = await connection.fetchval(WAITLIST.turn, org_id, slot["id"], entry_id)
    telemetry.event(telemetry.WAITLIST_JOINED, entry_id=entry_id, slot_id=slot["id"], places=request["party_size"])
    return Joined(entry_id, token, position, request["party_size"])


def _refuse_request(request: Any, now: datetime) -> None:
    match request["status"]:
        case "CONFIRMED":
            raise Refused(Reason.CONFIRMATION_USED)
        case "CANCELLED":
            raise Refused(Reason.BOOKING_CANCELLED)
        case "EXPIRED":
            raise Refused(Reason.CONFIRMATION_EXPIRED)
    if request["expires_at"] <= now:
        raise Refused(Reason.CONFIRMATION_EXPIRED)


async def _joined_before(services: Services, request: Any, token: str, now: datetime) -> Joined:
    org_id, slot_id = request["org_id"], request["slot_id"]
    entry_id = await services.database.fetchval(WAITLIST.waits_for, org_id, request["id"], slot_id)
    if entry_id is None:
        raise Refused(Reason.BUSY)
    await services.database.execute(WAITLIST.add_link, org_id, token_hash(token), entry_id, now)
    position = await services.database.fetchval(WAITLIST.turn, org_id, slot_id, entry_id)
    return Joined(entry_id, token, position, request["party_size"])
