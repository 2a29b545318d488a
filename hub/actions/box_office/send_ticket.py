"""Sends the ticket of a visitor at the gate again, to the address on file: the confirmation of the reservation, or else the ticket itself."""

from __future__ import annotations

from typing import Any

from db.statements import load
from hub.access.scope import refuse_elsewhere
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import record_change
from hub.actions.booking.correct_contact import resend_confirmation
from hub.actions.orders.send_again import queue_tickets_again
from hub.rules.audit_actions import AuditAction
from hub.rules.contact_masking import mask_email
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.settings import Rate

BOX_OFFICE = load("box_office/box_office")
ONE_TICKET = Rate(2, 60)
"""A ticket is sent again from the gate twice in a minute at most, whoever asks: mail takes a while, and visitors are impatient."""
_USABLE = ("INACTIVE", "ACTIVATED", "RESERVED", "VERIFIED")


async def send_ticket(services: Services, by: Actor, ticket_id: int) -> str:
    """Queue the mail and return its address, masked: the steward reads it to the visitor.

    Refuses TICKET_NOT_FOUND, FORBIDDEN for a ticket that stands outside of the scope, NOT_RESENDABLE without an address or for one that
    nobody can use, and RATE_LIMITED.
    """
    row = await _sent_ticket(services, by, ticket_id)
    email = _address(row)
    if not email:
        raise Refused(Reason.NOT_RESENDABLE)
    wait = await services.rate_limit.admit(f"door-send:{by.org_id}:{ticket_id}", ONE_TICKET)
    if wait > 0:
        raise Refused(Reason.RATE_LIMITED, retry_after=max(1, round(wait)))
    if row["reservation_id"] is not None:
        await resend_confirmation(services, by, row["reservation_id"])
    else:
        async with services.database.transaction() as connection:
            await queue_tickets_again(
                connection, services, by.org_id, row["order_id"], email=email, ticket_ids=[ticket_id]
            )
            await record_change(connection, services, by, AuditAction.ORDER_RESENT, row["order_id"])
    return mask_email(email) or ""


async def address_of_ticket(services: Services, by: Actor, ticket_id: int) -> str:
    """Return the address to which `send_ticket` would send; "" if there is none, or nobody can use the ticket. Refuses as it does."""
    return _address(await _sent_ticket(services, by, ticket_id))


async def _sent_ticket(services: Services, by: Actor, ticket_id: int) -> Any:
    row = await services.database.fetchrow(BOX_OFFICE.sent_ticket, by.org_id, ticket_id)
    if row is None:
        raise Refused(Reason.TICKET_NOT_FOUND)
    refuse_elsewhere(by, row["venue_id"])
    return row


def _address(row: Any) -> str:
    email = row["ticket_email"] if row["reservation_id"] is None else row["reservation_email"]
    return str(email) if row["status"] in _USABLE else ""
