"""Cancelling a ticket: its place is given back, its holder gets an e-mail, and every open scanner learns of it."""

from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change
from hub.actions.booking.cancelled_tickets import checked_reason, end_tickets, lock_tickets, publish_ended
from hub.actions.booking.reservation_changes import LOST_RACES
from hub.actions.tickets.ticket_list import TicketRecord, record_of_ticket
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services


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
                locked = await lock_tickets(connection, by.org_id, [ticket_id])
                if not locked:
                    raise Refused(Reason.TICKET_NOT_FOUND)
                ended = await end_tickets(connection, services, by, locked, reason)
                ticket = await record_of_ticket(connection, by, ticket_id)
        except LOST_RACES:
            continue
        if not dry_run:
            publish_ended(services, by, ended)
        return ticket
    raise Refused(Reason.BUSY, message="This ticket is changing just now. Please try again.")
