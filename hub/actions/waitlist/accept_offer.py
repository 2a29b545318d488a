"""Acceptance of a waiting list offer: the places held for a party become its reservations.

The offer of a booking confirms it: the places become its one reservation.
"""

from datetime import datetime
from typing import Any

from db.statements import load
from hub.actions.booking.booking_request import Confirmation, Reserved, ReserveRequest
from hub.actions.booking.reserve_party import InTransaction, PartyRequest, reserve_alone, reserve_party
from hub.actions.waitlist.entries import read_waitlist
from hub.actions.waitlist.offer_places import serve_waitlist
from hub.observability import telemetry
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

WAITLIST = load("waitlist/entries")

_NEVER_ACCEPTABLE = {
    Reason.TICKET_NOT_FOUND,
    Reason.TICKET_NOT_ACTIVATED,
    Reason.TICKET_EXPIRED,
    Reason.TICKET_CANCELLED,
    Reason.TICKET_ALREADY_RESERVED,
    Reason.TICKET_ALREADY_USED,
    Reason.WRONG_VENUE,
    Reason.CONFIRMATION_USED,
    Reason.CONFIRMATION_EXPIRED,
    Reason.BOOKING_CANCELLED,
}


async def accept_offer(services: Services, token: str, language: str | None = None) -> tuple[Reserved, ...]:
    """Book the places offered to the entry of this link, and end the offer in the same transaction.

    From `offer_ends_at` on (hub's clock) it refuses OFFER_LAPSED. It refuses NO_OFFER if there is none. It refuses the tickets
    as booking does, and then the offer goes to the next entry. Repeating it gives the first answer. The link of the entry then
    opens the reservations. A booking is confirmed as a whole, and refused as its confirmation is.
    """
    view = await read_waitlist(services, token)
    if view.status == "LAPSED":
        await serve_waitlist(services, view.org_id, view.slot_id)
        raise Refused(Reason.OFFER_LAPSED)
    if view.status not in ("OFFERED", "ACCEPTED"):
        raise Refused(Reason.NO_OFFER, status=view.status)

    if view.booking_id is not None:
        return (await _confirm_booking(services, view.org_id, view.entry_id, view.slot_id, view.booking_id),)
    request = PartyRequest(
        org_id=view.org_id,
        ticket_codes=view.ticket_codes,
        slot_id=view.slot_id,
        email=view.email,
        phone=view.phone,
        language=language or view.language,
        idempotency_key=_key_of(view.entry_id),
        body_hash=b"",
    )
    held = _taking_what_is_held(view.org_id, view.entry_id, view.places)
    try:
        reserved = await reserve_party(services, request, in_transaction=held)
    except Refused as refusal:
        await _give_up(services, view.org_id, view.entry_id, view.slot_id, refusal.reason)
        raise
    telemetry.event(telemetry.WAITLIST_ACCEPTED, entry_id=view.entry_id, slot_id=view.slot_id, places=len(reserved))
    return reserved


async def accept_offer_of_booking(services: Services, org_id: int, booking_id: int) -> Reserved | None:
    """Confirm a booking with the places that the waiting list holds for it; return None if it has no offer.

    For a holder who opens the link of the first e-mail instead of the offer's.
    """
    offer = await services.database.fetchrow(WAITLIST.offer_of_booking, org_id, booking_id, services.clock.now())
    if offer is None:
        return None
    return await _confirm_booking(services, org_id, offer["id"], offer["slot_id"], booking_id)


async def _confirm_booking(services: Services, org_id: int, entry_id: int, slot_id: int, booking_id: int) -> Reserved:
    for attempt in range(1, MAX_ATTEMPTS + 1):
        request = await services.database.fetchrow(WAITLIST.link_of_request, org_id, booking_id)
        places = request["party_size"]
        reserve = ReserveRequest(
            org_id=org_id,
            ticket_id=booking_id,
            slot_id=slot_id,
            email="",
            phone="",
            idempotency_key=_key_of(entry_id),
            confirmation=Confirmation(request["confirm_hash"], places),
        )
        held = _taking_what_is_held(org_id, entry_id, places)
        try:
            (reserved,) = await reserve_alone(services, reserve, in_transaction=held)
        except Refused as refusal:
            if refusal.reason is Reason.CONFIRMATION_NOT_FOUND and attempt < MAX_ATTEMPTS:
                continue  # the request was sent again meanwhile, with a new link
            await _give_up(services, org_id, entry_id, slot_id, refusal.reason)
            raise
        telemetry.event(telemetry.WAITLIST_ACCEPTED, entry_id=entry_id, slot_id=slot_id, places=places)
        return reserved
    raise Refused(Reason.BUSY)


def _key_of(entry_id: int) -> str:
    return f"waitlist entry {entry_id}"


def _taking_what_is_held(org_id: int, entry_id: int, places: int) -> InTransaction:
    async def take_what_is_held(connection: Any, now: datetime, manage_token_hash: bytes) -> None:
        accepted = await connection.fetchval(WAITLIST.accept, org_id, entry_id, now, manage_token_hash, places)
        if accepted is None:
            raise Refused(Reason.OFFER_LAPSED)

    return take_what_is_held


async def _give_up(services: Services, org_id: int, entry_id: int, slot_id: int, reason: Reason) -> None:
    """Release an offer that can never be accepted, and serve the waiting list of the slot."""
    if reason in _NEVER_ACCEPTABLE:
        now = services.clock.now()
        await services.database.fetch(WAITLIST.end_entries, org_id, [entry_id], "CLOSED", "ticket", now, [None])
    await serve_waitlist(services, org_id, slot_id)
