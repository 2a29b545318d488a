"""The holder of a manage link corrects the e-mail address of the visit, and the confirmation goes out again."""

from __future__ import annotations

from hub.access.randomness import secret_token
from hub.actions.audit.actor import Actor
from hub.actions.booking.contact_codes import require_proof
from hub.actions.booking.correct_contact import STANDING, write_contact
from hub.actions.booking.find_reservations import read_found_reservation
from hub.actions.booking.reservation_views import party_of_token
from hub.observability import telemetry
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.text.contact_details import Contact, check_contact


async def correct_address(
    services: Services, token: str, email: str, *, proofs: str | list[str] | None = None, reservation_id: int | None = None
) -> str | None:  # fmt: skip
    """Correct the address of a visit and of those booked together with it. Return the new token, or None if it is the same address.

    The new address gets the confirmation. Every older link is void, because the wrong address has it, and that address learns of it.
    Refuses RESERVATION_NOT_FOUND, INVALID_CONTACT, NOT_RESENDABLE after the visit, CONTACT_NOT_VERIFIED where the venue asks for a code,
    and BUSY.
    """
    for _ in range(MAX_ATTEMPTS):
        party = await party_of_token(services, token)
        first = party.reservation
        if reservation_id not in (None, *(one.reservation_id for one in party.members)):
            raise Refused(Reason.RESERVATION_NOT_FOUND)
        address = check_contact(email, None, ("customer_email", "")).email
        now = services.clock.now()
        members = [
            one for one in party.members if one.status in STANDING and one.customer_email == first.customer_email
        ]
        if first not in members or first.ends_at <= now:
            raise Refused(Reason.NOT_RESENDABLE)
        if address == first.customer_email:
            return None
        venue = await services.venues.read(first.org_id, first.venue_id)
        require_proof(services, venue, address, first.customer_phone, proofs, channels=("email",))
        by = Actor(first.org_id, source="visitor")
        found = await read_found_reservation(services, by, first.reservation_id)
        fresh = secret_token()
        contact = Contact(address, first.customer_phone)
        if await write_contact(services, by, found, members, contact, token=fresh):
            telemetry.event(
                telemetry.RESERVATION_CONTACT_CHANGED,
                reservation_id=first.reservation_id,
                slot_id=first.slot_id,
                staff_id=None,
            )
            return fresh
    raise Refused(Reason.BUSY)
