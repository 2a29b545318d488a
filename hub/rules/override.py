"""The supervisor's rule: whom a supervisor may let in against the door's word, and what stands in the way of all others."""

from hub.rules.reasons import Reason
from hub.rules.ticket_lifecycle import Action, TicketStatus, may


def obstacle(status: str | None, *, entered: bool, left: bool) -> Reason | None:
    """Why nobody can be let in with this ticket, or None where its entry can be recorded, or its holder's return. `status` None:
    there is no such ticket. `left`: whoever entered has left and not come back.

    A wrong day, hour or venue, a missing reservation, a time that has run out and a venue where nobody comes back are a
    supervisor's to overlook. That a ticket was never paid, is not activated, was cancelled or is in already is not: there is
    something else to be done first.
    """
    if status is None:
        return Reason.TICKET_NOT_FOUND
    if status == TicketStatus.CANCELLED:
        return Reason.TICKET_CANCELLED
    if entered and not left:
        return Reason.ALREADY_VERIFIED
    # A return leaves the status as the entry has made it.
    if may(status, Action.OVERRIDE) or (left and status == TicketStatus.VERIFIED):
        return None
    return Reason.TICKET_NOT_ACTIVATED
