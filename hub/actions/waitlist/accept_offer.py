"""Acceptance of a waiting list offer: the places held for a party become its reservations."""

from datetime import datetime
from typing import Any

from db.statements import load
from hub.actions.booking.booking_request import Reserved
from hub.actions.booking.reserve_party import PartyRequest, reserve_party
from hub.actions.waitlist.entries import WaitlistView, read_waitlist
from hub.actions.waitlist.offer_places import serve_waitlist
from hub.observability import telemetry
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
}


async def accept_offer(services: Services, token: str, language: str | None = None) -> tuple[Reserved, ...]:
    """Book the places offered to the entry of this link, and end the offer in the same transaction.

    From `offer_ends_at` on (hub's clock) it refuses OFFER_LAPSED. It refuses NO_OFFER if there is none. It refuses the tickets
    as booking does, and then the offer goes to the next entry. Repeating it gives the first answer. The link of the entry then
    opens the reservations.
    """
    view = await read_waitlist(services, token)
    if view.status == "LAPSED":
        await serve_waitlist(services, view.org_id, view.slot_id)
        raise Refused(Reason.OFFER_LAPSED)
    if view.status not in ("OFFERED", "ACCEPTED"):
        raise Refused(Reason.NO_OFFER, status=view.status)

    async def take_what_is_held(connection: Any, now: datetime, manage_token_hash: bytes) -> None:
        accepted = await connection.fetchval(WAITLIST.accept, view.org_id, view.entry_id, now, manage_token_hash)
        if accepted is None:
            raise Refused(Reason.OFFER_LAPSED)

    request = PartyRequest(
        org_id=view.org_id,
        ticket_codes=view.ticket_codes,
        slot_id=view.slot_id,
        email=view.email,
        phone=view.phone,
        language=language or view.language,
        idempotency_key=f"waitlist entry {view.entry_id}",
        body_hash=b"",
    )
    try:
        reserved = await reserve_party(services, request, in_transaction=take_what_is_held)
    except Refused as refusal:
        await _give_up(services, view, refusal.reason)
        raise
    telemetry.event(telemetry.WAITLIST_ACCEPTED, entry_id=view.entry_id, slot_id=view.slot_id, places=len(reserved))
    return reserved


async def _give_up(services: Services, view: WaitlistView, reason: Reason) -> None:
    """Release an offer that can never be accepted, and serve the waiting list of the slot."""
    if reason in _NEVER_ACCEPTABLE:
        now = services.clock.now()
        await services.database.fetch(
            WAITLIST.end_entries, view.org_id, [view.entry_id], "CLOSED", "ticket", now, [None]
        )
    await serve_waitlist(services, view.org_id, view.slot_id)
