"""The life of a ticket: its statuses, the deeds that move it, and which deed is allowed when.

`after(status, deed)` gives the status a deed leads to, or None where the deed is refused. The table is the whole truth;
SQL guards repeat the `from` column of the row they carry out.
"""

from enum import StrEnum


class TicketStatus(StrEnum):
    """Stored words. A member equals its plain string, so facts read from SQL compare without conversion."""

    PENDING_PAYMENT = "PENDING_PAYMENT"
    INACTIVE = "INACTIVE"
    ACTIVATED = "ACTIVATED"
    RESERVED = "RESERVED"
    VERIFIED = "VERIFIED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


class Channel(StrEnum):
    """Where a ticket was sold. The status of an `ota` ticket belongs to the outside system."""

    DIRECT = "direct"
    MINI_PROGRAM = "mini_program"
    OTA = "ota"


class Action(StrEnum):
    """What can be done to a ticket."""

    PAY_IMMEDIATE = "pay_immediate"
    PAY_DEFERRED = "pay_deferred"
    ACTIVATE = "activate"
    RESERVE = "reserve"
    MOVE = "move"
    RELEASE = "release"  # the reservation is cancelled, the ticket stays good
    VERIFY = "verify"
    OVERRIDE = "override"  # a supervisor lets in whom the door would not
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
    # Where the venue's policy lets holders in without a reservation, and for OTA tickets, which never become RESERVED.
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
    # A refund after the visit: the entry stays in the log, the next scan is RED.
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
    status: str, deed: Action, channel: str = Channel.DIRECT, *, has_reservation: bool = True
) -> TicketStatus | None:
    """The status that follows, or None when the deed is not allowed from here.

    `has_reservation` matters for UNDO_ENTRY alone: who came in without a reservation goes back to ACTIVATED.
    """
    if deed is Action.UNDO_ENTRY and status == TicketStatus.VERIFIED and not has_reservation:
        return TicketStatus.ACTIVATED
    if channel == Channel.OTA:
        moved = _OTA_TRANSITIONS.get((status, deed))
        if moved is not None:
            return moved
    return TRANSITIONS.get((status, deed))


def may(status: str, deed: Action, channel: str = Channel.DIRECT) -> bool:
    """Whether the deed is allowed from this status."""
    return after(status, deed, channel) is not None
