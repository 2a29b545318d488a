"""The override rule: which refused holders a supervisor may let in, and why not the others."""

from hub.rules.reasons import Reason
from hub.rules.ticket_lifecycle import Action, TicketStatus, may


def obstacle(status: str | None, *, entered: bool, left: bool, part: bool = False) -> Reason | None:
    """Return why no supervisor may let this ticket's holder in; None if an entry or a return can be recorded.

    `status` None: there is no such ticket. `left`: the holder has entered, left, and not come back. `part`: of a
    party some are in, and others are still to come.
    A supervisor may overrule a wrong day, hour or venue, a missing reservation, an expired ticket, and a venue without
    re-entry. An unpaid, inactive, cancelled or already verified ticket is an obstacle: something else must be done first.
    """
    if status is None:
        return Reason.TICKET_NOT_FOUND
    if status == TicketStatus.CANCELLED:
        return Reason.TICKET_CANCELLED
    if entered and not left and not part:
        return Reason.ALREADY_VERIFIED
    # A return, and a further part, do not change the status that the first entry has set.
    if may(status, Action.OVERRIDE) or ((left or part) and status == TicketStatus.VERIFIED):
        return None
    return Reason.TICKET_NOT_ACTIVATED
