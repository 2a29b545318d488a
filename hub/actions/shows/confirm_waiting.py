"""Confirmation of a booking that is on the waiting list: it leaves the list in the transaction that takes its seats.

If the list holds seats for it, these are taken, also if fewer people come than it waited for.
"""

from datetime import datetime
from typing import Any

from db.statements import load
from hub.actions.booking.booking_request import Reserved, ReserveRequest
from hub.actions.booking.reserve_party import reserve_alone
from hub.actions.waitlist.accept_offer import accept_offer_of_booking
from hub.actions.waitlist.offer_places import serve_waitlist
from hub.services import Services

BOOKINGS = load("shows/bookings")
WAITLIST = load("waitlist/entries")


async def confirm_waiting(services: Services, request: ReserveRequest, *, whole: bool) -> Reserved:
    """Confirm the booking as `Bookings.confirm` does, and serve the list with the places that it leaves.

    `whole`: all of the party come. Then it accepts its offer, if it has one, and the offer's link gets the same answer.
    """
    accepted = await accept_offer_of_booking(services, request.org_id, request.ticket_id) if whole else None
    if accepted is not None:
        return accepted

    async def leave_list(connection: Any, now: datetime, manage_token_hash: bytes) -> None:
        entry = await connection.fetchrow(BOOKINGS.waiting_entry, request.org_id, request.ticket_id, now)
        if entry is None:
            return
        if entry["offered"]:
            accept = (request.org_id, entry["id"], now, manage_token_hash, request.places)
            await connection.fetchval(WAITLIST.accept, *accept)
        else:
            await connection.fetch(WAITLIST.end_entries, request.org_id, [entry["id"]], "CLOSED", "ticket", now, [None])

    (reserved,) = await reserve_alone(services, request, in_transaction=leave_list)
    await serve_waitlist(services, request.org_id, request.slot_id)
    return reserved
