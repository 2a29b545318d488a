"""Responses about conflicts and disputes, which wait for a manager's decision."""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from hub.rules.offline_scan import ConflictKind
from hub.rules.reasons import Reason
from web.api.responses import Colour, Done, Response, TicketStatus
from web.api.scanning.responses import FirstEntry, Party


class Person(Response):
    id: int
    name: str | None


class Conflict(Response):
    conflict_id: int
    scan_id: UUID
    venue_id: int
    kind: ConflictKind
    offline_result: Colour
    result: Colour
    reason: Reason
    ticket_code: str
    ticket_id: int | None
    people: int
    """How many people the scanner admitted whom the hub would not have. Of a party the others are recorded as entries."""
    operator: Person
    gate: str | None
    device: str | None
    scanned_at: datetime
    """The device's time of the scan, corrected to the hub's clock."""
    logged_at: datetime
    earlier: bool
    """Whether this scan was before the first entry."""
    first_entry: FirstEntry | None
    decision: Literal["stays", "leaves", "mistake", "settled"] | None
    """`settled`: the order of the scans, which the hub learned later, says that there is no conflict."""
    note: str | None
    decided_by: str | None
    decided_at: datetime | None


class ConflictAnswer(Done):
    data: Conflict


class ConflictPage(Response):
    conflicts: list[Conflict]
    next: int | None
    """The `before` of the following page; null at the end."""


class ConflictPageAnswer(Done):
    data: ConflictPage


class Leaving(Response):
    left_at: datetime
    gate: str | None


class DisputedTicket(Response):
    status: TicketStatus
    customer_name: str | None
    date: date | None
    """The date of the reservation, if there is one."""
    start_time: time | None
    end_time: time | None
    verified: FirstEntry | None
    left: Leaving | None
    """When and at which gate the holder left, if they have not come back. They can be let back in."""


class Dispute(Response):
    dispute_id: int
    scan_id: UUID
    venue_id: int
    ticket_code: str
    ticket_id: int | None
    gate: str | None
    device: str | None
    result: Colour
    """The verdict at the gate; `reason` says why."""
    reason: Reason
    scanned_at: datetime
    operator: Person
    note: str | None
    asked_at: datetime | None
    """When the operator asked; null if a supervisor decided without being asked."""
    decision: Literal["admitted", "declined", "withdrawn"] | None
    decision_reason: str | None
    decided_by: Person | None
    decided_at: datetime | None
    recorded: Literal["VERIFIED", "RE_ENTRY"] | None
    """What `admitted` recorded: an entry, or the return of a holder who had left."""
    undone: bool
    """Whether the recorded entry or return has been undone since."""
    obstacle: Reason | None
    """Why the ticket's holder cannot be let in now; null if an entry or a return can be recorded."""
    ticket: DisputedTicket | None
    """The ticket's current state."""
    party: Party | None = None
    """The party of a booking as it is now; otherwise omitted."""


class DisputeAnswer(Done):
    data: Dispute


class DisputePage(Response):
    disputes: list[Dispute]
    next: int | None
    """The `before` of the following page; null at the end."""


class DisputePageAnswer(Done):
    data: DisputePage
