"""Corrects the contact of a visitor at the gate: that of the standing reservation and its party, or else of the ticket alone."""

from __future__ import annotations

from db.statements import load
from hub.access.scope import refuse_elsewhere
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import record_change
from hub.actions.booking.correct_contact import correct_contact
from hub.rules.audit_actions import AuditAction
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.text.contact_details import Contact, check_contact, ungrouped_phone

BOX_OFFICE = load("box_office/box_office")


async def correct_ticket_contact(
    services: Services, by: Actor, ticket_id: int, *, email: str | None = None, phone: str | None = None
) -> Contact:
    """Correct the address or the phone number, and return both as they are stored. None leaves one as it is.

    A ticket without a reservation needs an address, and no number. Refuses TICKET_NOT_FOUND, FORBIDDEN for a ticket that stands outside of
    the scope, NOT_RESENDABLE for a booking of seats or a guest without a place, INVALID_CONTACT, BUSY, and as `correct_contact` does.
    """
    for _ in range(MAX_ATTEMPTS):
        row = await services.database.fetchrow(BOX_OFFICE.own_contact, by.org_id, ticket_id)
        if row is None:
            raise Refused(Reason.TICKET_NOT_FOUND)
        refuse_elsewhere(by, row["venue_id"])
        if row["reservation_id"] is not None:
            found = await correct_contact(services, by, row["reservation_id"], email=email, phone=phone)
            return Contact(found.email, found.phone)
        if row["channel"] in ("booking", "guest"):
            raise Refused(Reason.NOT_RESENDABLE)
        number = row["phone"] if phone is None else ungrouped_phone(phone.strip())
        contact = check_contact(row["email"] if email is None else email, number or None)
        if contact == Contact(row["email"], row["phone"]):
            return contact
        async with services.database.transaction() as connection:
            written = await connection.fetchval(
                BOX_OFFICE.correct_ticket, by.org_id, ticket_id, row["version"], contact.email, contact.phone_e164
            )
            if written is None:
                continue
            await record_change(
                connection, services, by, AuditAction.TICKET_CONTACT_CHANGED, ticket_id, venue_id=row["venue_id"],
                after={"email": _changed(row["email"], contact.email), "phone": _changed(row["phone"], contact.phone_e164)},
            )  # fmt: skip
        return contact
    raise Refused(Reason.BUSY)


def _changed(before: str, after: str) -> str:
    """Return what the log says of a detail, which it may not hold itself."""
    return "" if before == after else "changed"
