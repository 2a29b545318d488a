"""The responses of scanning: what is decided on a scan, and what became of a queue."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from hub.rules.offline_scan import ConflictKind
from hub.rules.reasons import Reason
from web.api.responses import Colour, Done, Response, TicketReservation, TicketStatus


class DoorTicket(Response):
    ticket_id: int
    ticket_code: str
    status: TicketStatus
    customer_name: str | None
    customer_email: str | None
    """Masked or whole, by the venue's policy; managers see it whole."""
    customer_phone: str | None


class DoorReservation(TicketReservation):
    is_today: bool
    booked_count: int
    total_capacity: int


class FirstEntry(Response):
    verified_at: datetime
    verified_by: int
    operator_name: str
    gate: str | None


class ValidAtDoor(DoorTicket):
    reservation: DoorReservation | None
    validation_status: Literal["VALID", "NO_RESERVATION", "MAY_RETURN"]
    """`NO_RESERVATION` only where the venue lets tickets without reservation in, `MAY_RETURN` only where it lets those who have
    left come back."""
    scan_id: UUID


class ValidAtDoorAnswer(Done):
    data: ValidAtDoor


class VerifiedAtDoor(FirstEntry):
    """`verified_at` and the rest are those of the first entry, also when this is a repeat."""

    ticket_id: int
    ticket_code: str
    status: TicketStatus
    already_verified: bool
    re_entry: bool
    """Whether somebody came back who had left: then it is no second entry."""
    scan_id: UUID


class VerifiedAtDoorAnswer(Done):
    data: VerifiedAtDoor


class Presence(Response):
    inside_since: datetime | None
    left_at: datetime | None
    left_gate: str | None


class Decision(Response):
    result: Colour
    reason: Reason
    message: str
    detail: str
    can_verify: bool
    days_from_now: int | None
    ticket: DoorTicket | None
    reservation: DoorReservation | None
    verified: FirstEntry | None
    presence: Presence | None = None
    """At an exit, and of a ticket whose holder has left; left out otherwise."""
    scan_id: UUID


class DecisionAnswer(Done):
    data: Decision


class Synced(Response):
    scan_id: UUID
    outcome: Literal["accepted", "duplicate", "conflict", "refused"]
    """`duplicate`: taken over before. `refused`: the scan_id was used for another code."""
    reason: Reason
    decision: Decision | None
    """The hub's own, as of the moment of the scan."""
    repeated: bool = False
    """Of a conflict: whether it was told before."""
    conflict_id: int | None = None
    kind: ConflictKind | None = None
    first_entry: FirstEntry | None = None
    """Of a conflict `already_verified`: the entry that counts."""


class SyncedScans(Response):
    results: list[Synced]
    server_time: datetime


class SyncedAnswer(Done):
    data: SyncedScans
