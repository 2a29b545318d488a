"""The responses about what waits for a manager's decision: conflicts and disputes."""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from hub.rules.offline_scan import ConflictKind
from hub.rules.reasons import Reason
from web.api.responses import Colour, Done, Response, TicketStatus
from web.api.scanning.responses import FirstEntry


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
    operator: Person
    gate: str | None
    device: str | None
    scanned_at: datetime
    """The device's moment, brought to the hub's clock."""
    logged_at: datetime
    earlier: bool
    """Whether this scan was before the entry that counts."""
    first_entry: FirstEntry | None
    decision: Literal["stays", "leaves", "mistake"] | None
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
    """Of the reservation, where there is one."""
    start_time: time | None
    end_time: time | None
    verified: FirstEntry | None
    left: Leaving | None
    """When and at which gate its holder left, where they have not come back since: they can be let back in."""


class Dispute(Response):
    dispute_id: int
    scan_id: UUID
    venue_id: int
    ticket_code: str
    ticket_id: int | None
    gate: str | None
    device: str | None
    result: Colour
    """What the door said, and for which `reason`."""
    reason: Reason
    scanned_at: datetime
    operator: Person
    note: str | None
    asked_at: datetime | None
    """Null where a supervisor decided unasked."""
    decision: Literal["admitted", "declined", "withdrawn"] | None
    decision_reason: str | None
    decided_by: Person | None
    decided_at: datetime | None
    recorded: Literal["VERIFIED", "RE_ENTRY"] | None
    """Of `admitted`: whether it recorded an entry, or the return of somebody who had left."""
    undone: bool
    """Whether the entry or the return that was recorded has been taken back since."""
    obstacle: Reason | None
    """Why nobody can be let in with the ticket as it stands now; null where its entry can be recorded, or its holder's return."""
    ticket: DisputedTicket | None
    """As it stands now."""


class DisputeAnswer(Done):
    data: Dispute


class DisputePage(Response):
    disputes: list[Dispute]
    next: int | None
    """The `before` of the following page; null at the end."""


class DisputePageAnswer(Done):
    data: DisputePage
