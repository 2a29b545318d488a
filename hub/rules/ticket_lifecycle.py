"""The ticket lifecycle: the statuses, the actions that change them, and which action is allowed in which status.

`after(status, action)` returns the status that an action leads to, or None if it is refused. The table is complete; the
guards in SQL repeat the `from` status of their row.
"""

from enum import StrEnum


class TicketStatus(StrEnum):
    """The stored statuses. A member equals its string, so facts from SQL compare without conversion."""

    PENDING_PAYMENT = "PENDING_PAYMENT"
    INACTIVE = "INACTIVE"
    ACTIVATED = "ACTIVATED"
    RESERVED = "RESERVED"
    VERIFIED = "VERIFIED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


class Channel(StrEnum):
    """Where a ticket was sold. The external system owns the status of an `ota` ticket."""

    DIRECT = "direct"
    MINI_PROGRAM = "mini_program"
    OTA = "ota"


class Action(StrEnum):
    """The actions that change a ticket's status."""

    PAY_IMMEDIATE = "pay_immediate"
    PAY_DEFERRED = "pay_deferred"
    ACTIVATE = "activate"
    RESERVE = "reserve"
    MOVE = "move"
    RELEASE = "release"  # the reservation is cancelled, the ticket stays valid
    VERIFY = "verify"
    OVERRIDE = "override"  # a supervisor lets in a holder whom a scan refused
    UNDO_ENTRY = "undo_entry"
    EXPIRE = "expire"
    CANCEL = "cancel"


TRANSITIONS: dict[tuple[str, Action], TicketStatus] = {
    (TicketStatus.PENDING_PAYMENT, Action.PAY_IMMEDIATE): TicketStatus.ACTIVATED,
    (TicketStatus.PENDING_PAYMENT, Action.PAY_DEFERRED): TicketStatus.INACTIVE,
    (TicketStatus.INACTIVE, Action.ACTIVATE): TicketStatus.ACTIVATED,
    (TicketStatus.ACTIVATED, Action.RESERVE): TicketStatus.RESERVED,
    (TicketStatus.RESERVED, Action.MOVE): TicketStatus.RESERVED,
    (TicketStatus.RESERVED, Action.RELEASE): TicketStatus.ACTIVATED,
    (TicketStatus.RESERVED, Action.VERIFY): TicketStatus.VERIFIED,
    # For venues that let holders in without a reservation, and for OTA tickets, which never become RESERVED.
    (TicketStatus.ACTIVATED, Action.VERIFY): TicketStatus.VERIFIED,
    (TicketStatus.RESERVED, Action.OVERRIDE): TicketStatus.VERIFIED,
    (TicketStatus.ACTIVATED, Action.OVERRIDE): TicketStatus.VERIFIED,
    (TicketStatus.EXPIRED, Action.OVERRIDE): TicketStatus.VERIFIED,
    (TicketStatus.VERIFIED, Action.UNDO_ENTRY): TicketStatus.RESERVED,
    (TicketStatus.RESERVED, Action.EXPIRE): TicketStatus.EXPIRED,
    (TicketStatus.ACTIVATED, Action.EXPIRE): TicketStatus.EXPIRED,
    (TicketStatus.INACTIVE, Action.EXPIRE): TicketStatus.EXPIRED,
    (TicketStatus.PENDING_PAYMENT, Action.CANCEL): TicketStatus.CANCELLED,
    (TicketStatus.INACTIVE, Action.CANCEL): TicketStatus.CANCELLED,
    (TicketStatus.ACTIVATED, Action.CANCEL): TicketStatus.CANCELLED,
    (TicketStatus.RESERVED, Action.CANCEL): TicketStatus.CANCELLED,
    # A refund after the visit: the entry stays in the log, and the next scan is RED.
    (TicketStatus.VERIFIED, Action.CANCEL): TicketStatus.CANCELLED,
    (TicketStatus.EXPIRED, Action.CANCEL): TicketStatus.CANCELLED,
}

_OTA_TRANSITIONS: dict[tuple[str, Action], TicketStatus] = {
    (TicketStatus.ACTIVATED, Action.RESERVE): TicketStatus.ACTIVATED,
    (TicketStatus.ACTIVATED, Action.MOVE): TicketStatus.ACTIVATED,
    (TicketStatus.ACTIVATED, Action.RELEASE): TicketStatus.ACTIVATED,
    (TicketStatus.VERIFIED, Action.UNDO_ENTRY): TicketStatus.ACTIVATED,
}


def after(
    status: str, action: Action, channel: str = Channel.DIRECT, *, has_reservation: bool = True
) -> TicketStatus | None:
    """Return the status that follows, or None when the action is not allowed from here.

    `has_reservation` matters for UNDO_ENTRY only: a ticket that entered without a reservation goes back to ACTIVATED.
    """
    if action is Action.UNDO_ENTRY and status == TicketStatus.VERIFIED and not has_reservation:
        return TicketStatus.ACTIVATED
    if channel == Channel.OTA:
        moved = _OTA_TRANSITIONS.get((status, action))
        if moved is not None:
            return moved
    return TRANSITIONS.get((status, action))


def may(status: str, action: Action, channel: str = Channel.DIRECT) -> bool:
    """Whether the action is allowed from this status."""
    return after(status, action, channel) is not None
