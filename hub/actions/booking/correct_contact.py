"""What managers do with the contact of a reservation: correct it for the whole party, or send the confirmation again."""

from __future__ import annotations

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import record_change
from hub.actions.booking.find_reservations import FoundReservation, read_found_reservation
from hub.actions.booking.reservation_views import Party, ReservationView, read_party
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.contact_masking import mask_email
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.text.contact_details import Contact, check_contact, ungrouped_phone

FOUND = load("booking/found_reservations")
STANDING = ("RESERVED", "VERIFIED")


async def correct_contact(
    services: Services, by: Actor, reservation_id: int, *, email: str | None = None, phone: str | None = None,
    version: int | None = None,
) -> FoundReservation:  # fmt: skip
    """Correct the address or the phone number of a reservation and of those booked together with it. None leaves it as it is.

    They are checked as at booking. Another address gets the confirmation with a new link, every older link is void, and the address
    that was wrong learns of it. Refuses RESERVATION_NOT_FOUND, VERSION_MISMATCH, INVALID_CONTACT, and what a reservation that has ended does.
    """
    for _ in range(MAX_ATTEMPTS):
        found = await read_found_reservation(services, by, reservation_id)
        if version is not None and found.version != version:
            raise Refused(Reason.VERSION_MISMATCH, version=found.version)
        if found.status not in STANDING:
            raise Refused(Reason.NOT_RESENDABLE)
        party = await read_party(services, reservation_id, token=None, identity=None, by=by)
        members = [one for one in party.members if one.status in STANDING and one.customer_email == found.email]
        wanted_phone = found.phone if phone is None else ungrouped_phone(phone.strip())
        # A booking and a guest need no number; a ticket's reservation keeps one.
        needs_phone = wanted_phone or found.channel not in ("booking", "guest")
        contact = check_contact(found.email if email is None else email, wanted_phone if needs_phone else None)
        if contact == Contact(found.email, found.phone):
            return found
        if await write_contact(services, by, found, members, contact, token=secret_token()):
            telemetry.event(
                telemetry.RESERVATION_CONTACT_CHANGED,
                reservation_id=reservation_id,
                slot_id=found.slot_id,
                staff_id=by.staff_id,
            )
            return await read_found_reservation(services, by, reservation_id)
    raise Refused(Reason.BUSY)


async def resend_confirmation(services: Services, by: Actor, reservation_id: int) -> FoundReservation:
    """Send the confirmation of a reservation and its party again, with one more link. Older links stay valid.

    Refuses RESERVATION_NOT_FOUND, and NOT_RESENDABLE if it has ended or nobody left an address.
    """
    found = await read_found_reservation(services, by, reservation_id)
    party = await read_party(services, reservation_id, token=None, identity=None, by=by)
    standing = _standing(party)
    if found.status not in STANDING or found.ends_at <= services.clock.now():
        raise Refused(Reason.NOT_RESENDABLE)
    token, now = secret_token(), services.clock.now()
    async with services.database.transaction() as connection:
        sent = await connection.fetchval(
            FOUND.resend_confirmation, by.org_id, [one.reservation_id for one in standing], now, token, token_hash(token),
            _kind(found),
        )  # fmt: skip
        if sent is None:
            raise Refused(Reason.NOT_RESENDABLE)
        await record_change(
            connection, services, by, AuditAction.RESERVATION_RESENT, reservation_id, venue_id=found.venue_id,
            after={"slot_id": found.slot_id, "reservations": len(standing)},
        )  # fmt: skip
    telemetry.event(
        telemetry.RESERVATION_RESENT, reservation_id=reservation_id, slot_id=found.slot_id, staff_id=by.staff_id
    )
    return found


async def write_contact(
    services: Services, by: Actor, found: FoundReservation, members: list[ReservationView], contact: Contact, *, token: str,
) -> bool:  # fmt: skip
    """Write the contact and return True; False if a ticket has changed since it was read. `token` opens the party from then on."""
    email, phone, moved = contact.email, contact.phone_e164, contact.email != found.email
    async with services.database.transaction() as connection:
        rows = await connection.fetch(
            FOUND.correct_contact, by.org_id, [one.ticket_id for one in members], [one.reservation_id for one in members], email,
            phone, token, token_hash(token), services.clock.now(), moved, [one.ticket_version for one in members],
            mask_email(email), _kind(found),
        )  # fmt: skip
        if rows:
            await record_change(
                connection, services, by, AuditAction.RESERVATION_CONTACT_CHANGED, found.reservation_id, venue_id=found.venue_id,
                after={"email": "changed" if moved else "", "phone": "" if phone == found.phone else "changed", "reservations": len(rows)},
            )  # fmt: skip
    return bool(rows)


def _kind(found: FoundReservation) -> str:
    """Return the kind of e-mail that confirms this reservation once more."""
    return {"booking": "booking.confirmed", "guest": "guest.invited"}.get(found.channel, "reservation.resent")


def _standing(party: Party) -> list[ReservationView]:
    return [one for one in party.members if one.status in STANDING]
