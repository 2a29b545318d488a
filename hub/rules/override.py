"""The supervisor's rule: whom a supervisor may let in against the door's word, and what stands in the way of all others."""

from hub.rules.reasons import Reason
from hub.rules.ticket_lifecycle import Deed, TicketStatus, may


def obstacle(status: str | None, *, entered: bool) -> Reason | None:
    """Why no entry can be recorded on this ticket, or None where one can. `status` None: there is no such ticket.

    A wrong day, hour or venue, a missing reservation and a time that has run out are a supervisor's to overlook. That a ticket
    was never paid, is not activated, was cancelled or is in already is not: there is something else to be done first.
    """
    if status is None:
        return Reason.TICKET_NOT_FOUND
    if status == TicketStatus.CANCELLED:
        return Reason.TICKET_CANCELLED
    if entered:
        return Reason.ALREADY_VERIFIED
    return None if may(status, Deed.OVERRIDE) else Reason.TICKET_NOT_ACTIVATED
