"""Cancelling a ticket: its place is given back, its holder gets an e-mail, and every open scanner learns of it.

With the last ticket of an order the order is cancelled too, as the shop does it that takes back every ticket.
"""

from typing import Any

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change
from hub.actions.booking.cancelled_tickets import (
    EndedTickets,
    checked_reason,
    end_tickets,
    lock_tickets,
    publish_ended,
)
from hub.actions.booking.reservation_changes import LOST_RACES
from hub.actions.orders.cancel_order import close_order
from hub.actions.tickets.ticket_list import TicketRecord, record_of_ticket
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

ORDERS = load("orders/orders")
TICKETS = load("tickets/tickets")


async def cancel_ticket(
    services: Services, by: Actor, ticket_id: int, reason: str, *, dry_run: bool = False
) -> TicketRecord:
    """Cancel a ticket, whatever its status, and return it, or with `dry_run` as it would be. Repeating it changes nothing.

    An entry that was recorded stays. Refuses TICKET_NOT_FOUND, also for a booking or a guest, FORBIDDEN for one that stands outside
    of the scope of `by`, and INVALID_REQUEST without a reason.
    """
    reason = checked_reason(reason)
    for _ in range(MAX_ATTEMPTS):
        try:
            async with change(services, dry_run=dry_run) as connection:
                order_id = await connection.fetchval(ORDERS.order_of_ticket, by.org_id, ticket_id)
                if order_id is not None:
                    await connection.execute(TICKETS.take_turn_of_order, by.org_id, order_id)
                ended, closed = await _cancel(connection, services, by, ticket_id, order_id=order_id, reason=reason)
                ticket = await record_of_ticket(connection, by, ticket_id)
        except LOST_RACES:
            continue
        if not dry_run:
            publish_ended(services, by, ended)
            if closed:
                telemetry.event(telemetry.ORDER_CANCELLED, order_id=order_id, tickets=len(ended.tickets))
        return ticket
    raise Refused(Reason.BUSY, message="This ticket is changing just now. Please try again.")


async def _cancel(
    connection: Any, services: Services, by: Actor, ticket_id: int, *, order_id: int | None, reason: str
) -> tuple[EndedTickets, bool]:
    """Write the changes and the row of the log in the caller's transaction. Return also whether the order ended with the ticket."""
    locked = await lock_tickets(connection, by.org_id, [ticket_id])
    if not locked:
        raise Refused(Reason.TICKET_NOT_FOUND)
    ended = await end_tickets(connection, services, by, locked, reason)
    if not ended.tickets:
        return ended, False
    closed = order_id is not None and await close_order(connection, services, by, order_id, reason=reason, ended=ended)
    [ticket] = ended.tickets
    await record_change(
        connection, services, by, AuditAction.TICKET_CANCELLED, ticket_id, venue_id=ticket["venue_id"],
        before={"status": ticket["status"]},
        after={"status": "CANCELLED", "reason": reason, **({"order_id": order_id, "order": "CANCELLED"} if closed else {})},
    )  # fmt: skip
    return ended, closed
