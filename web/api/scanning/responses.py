"""Responses of scanning: the decision on a scan, and the outcome of a sync."""

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
    """The address, masked or in full by the venue's policy. Managers see it in full."""
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


class UndoneScan(Response):
    undone_at: datetime
    undone_by: int
    operator_name: str


class Party(Response):
    """People who come together: of one booking, or with tickets that were booked together."""

    booking_id: int | None
    """Null for tickets that were booked together."""
    size: int
    admitted: int
    """How many of them are in."""
    remaining: int


class Product(Response):
    """What a ticket's product says at a gate, in the language of the request or the socket."""

    product_id: int
    name: str
    note: str | None
    """What the steward must know."""
    attention: bool
    """Whether the steward must not miss it."""
    question: str | None
    """To be answered with `yes` before an entry."""
    gates: list[str] | None
    """The gates of this venue that its tickets may enter by; null: all."""


class ValidAtDoor(DoorTicket):
    reservation: DoorReservation | None
    validation_status: Literal["VALID", "NO_RESERVATION", "MAY_RETURN", "QUESTION_UNANSWERED"]
    """`NO_RESERVATION` only if the venue admits tickets without a reservation. `MAY_RETURN` only if it allows returns.
    `QUESTION_UNANSWERED`: ask the `question` of the `product`, and verify with the `answer`."""
    scan_id: UUID
    party: Party | None = None
    """Set for a booking, and for tickets that were booked together; otherwise omitted."""
    product: Product | None = None
    """Set if the product has something to say at a gate; otherwise omitted."""


class ValidAtDoorAnswer(Done):
    data: ValidAtDoor


class VerifiedAtDoor(FirstEntry):
    """A recorded entry. `verified_at` and the other fields are those of the first entry. A repeated `scan_id` gets the same answer."""

    ticket_id: int
    ticket_code: str
    status: TicketStatus
    already_verified: bool
    re_entry: bool
    """Whether a holder who had left came back. This does not count as a second entry."""
    scan_id: UUID
    party: Party | None = None
    """Set for a booking, and for tickets that were booked together; otherwise omitted."""
    product: Product | None = None
    """Set if the product has something to say at a gate; otherwise omitted."""
    undone: UndoneScan | None = None
    """Set for a repeated `scan_id`, if what the scan recorded has been undone since; otherwise omitted."""


class VerifiedAtDoorAnswer(Done):
    data: VerifiedAtDoor


class Presence(Response):
    inside_since: datetime | None
    left_at: datetime | None
    left_gate: str | None
    inside: int | None = None
    """How many of a party are inside after this scan; omitted for a ticket of one person."""


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
    """Set for an exit, and for a ticket whose holder has left; otherwise omitted."""
    party: Party | None = None
    """Set for a booking, and for tickets that were booked together; otherwise omitted."""
    product: Product | None = None
    """Set if the product has something to say at a gate; otherwise omitted."""
    undone: UndoneScan | None = None
    """Set for a repeated `scan_id`, if what the scan recorded has been undone since; otherwise omitted."""
    scan_id: UUID


class CheckedIn(Response):
    booking_id: int
    party_size: int
    admitted: int
    """How many of the party are in now."""
    remaining: int
    checked_in_at: datetime
    """When the first of the party came in."""
    scan_id: UUID
    """The socket's `undo` takes it."""
    undone: UndoneScan | None = None
    """Set for a repeated `scan_id`, if what the scan recorded has been undone since; otherwise omitted."""


class CheckedInAnswer(Done):
    data: CheckedIn


class DecisionAnswer(Done):
    data: Decision


class Synced(Response):
    scan_id: UUID
    outcome: Literal["accepted", "duplicate", "conflict", "refused"]
    """`duplicate`: synced before. `refused`: the scan_id was used for another code."""
    reason: Reason
    decision: Decision | None
    """The hub's decision as of the time of the scan."""
    repeated: bool = False
    """For a conflict: whether it was reported before."""
    conflict_id: int | None = None
    kind: ConflictKind | None = None
    first_entry: FirstEntry | None = None
    """For a conflict `already_verified` or `party_too_large`: the first entry."""
    people: int | None = None
    """For a conflict: how many people the scanner admitted whom the hub would not have."""


class SyncedScans(Response):
    results: list[Synced]
    server_time: datetime


class SyncedAnswer(Done):
    data: SyncedScans


class SentTicket(Response):
    sent_to: str
    """The address, masked."""


class SentTicketAnswer(Done):
    data: SentTicket


class TicketContact(Response):
    """As stored; `""` for a detail that is not known."""

    email: str
    phone: str


class TicketContactAnswer(Done):
    data: TicketContact
