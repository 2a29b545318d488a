"""The responses about tickets: a ticket that was checked, its status, and its history."""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from web.api.booking.responses import Slot
from web.api.responses import Done, Response, TicketReservation, TicketStatus


class TicketVenue(Response):
    name: str
    contact_check: Literal["format", "email", "sms", "both"]
    """Which ways of contact must be confirmed by a one-time code before booking."""
    country: str
    """Whose national phone numbers are meant where no country code is given (ISO 3166)."""
    timezone: str
    """Whose date is today's there (IANA)."""
    waitlist: bool
    change_cutoff_hours: int


class TicketChecked(Response):
    ticket_id: int
    ticket_code: str
    status: TicketStatus
    product_id: int
    order_id: int
    order_tickets: int
    """How many tickets its order has, counted up to 20; 1 where `POST /api/tickets/mine` cannot show the others."""
    venue: TicketVenue | None
    """Where it is good; the organisation's first venue where it is good anywhere, null if there is none yet."""


class TicketCheckedAnswer(Done):
    data: TicketChecked


class OrderTicket(Response):
    ticket_id: int
    ticket_code: str
    status: TicketStatus
    reserved_date: date | None


class OrderTickets(Response):
    tickets: list[OrderTicket]


class OrderTicketsAnswer(Done):
    data: OrderTickets


class Ticket(Response):
    ticket_id: int
    ticket_code: str
    status: TicketStatus
    channel: Literal["direct", "mini_program", "ota"]
    activation_mode: Literal["immediate", "deferred"]
    activated_at: datetime | None
    reserved_at: datetime | None
    verified_at: datetime | None
    valid_until: datetime | None
    reservation: TicketReservation | None


class TicketAnswer(Done):
    data: Ticket


class TicketSlots(Response):
    ticket: Ticket
    can_reserve: bool
    slots: list[Slot]
    """Slots with places left."""


class TicketSlotsAnswer(Done):
    data: TicketSlots


class FoundTicket(Response):
    ticket_id: int
    ticket_code: str
    status: str
    customer_name: str | None
    customer_email: str | None
    customer_phone: str | None
    order_reference: str | None
    date: date | None
    """Of the reservation, if there is one."""
    start_time: time | None
    end_time: time | None


class FoundTickets(Response):
    tickets: list[FoundTicket]


class FoundTicketsAnswer(Done):
    data: FoundTickets


class LifeTicket(Response):
    ticket_id: int
    ticket_code: str
    status: str
    channel: str
    product: str
    order_reference: str | None
    customer_name: str | None
    customer_email: str | None
    customer_phone: str | None
    valid_until: datetime | None


class LifeReservation(Response):
    reservation_id: int
    status: str
    venue: str
    date: date
    start_time: time
    end_time: time


class LifeEvent(Response):
    """What happened, and when. Which of the other fields there are depends on `kind`."""

    at: datetime
    kind: Literal["issued", "paid", "activated", "reserved", "moved", "expired", "cancelled", "waiting", "offered",
                  "wait_ended", "mail", "scan", "asked", "declined", "withdrawn",
                  "conflict", "conflict_decided"]  # fmt: skip
    reservation_id: int | None = None
    venue: str | None = None
    date: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    times: int | None = None
    """How often it has moved: the place it moved to is the newest."""
    cause: str | None = None
    outcome: str | None = None
    mail: str | None = None
    channel: str | None = None
    status: str | None = None
    recipient: str | None = None
    scan_id: UUID | None = None
    mode: str | None = None
    result: str | None = None
    reason: str | None = None
    gate: str | None = None
    device: str | None = None
    source: str | None = None
    entered: bool | None = None
    undoes: UUID | None = None
    note: str | None = None
    scanned_at: datetime | None = None
    operator_id: int | None = None
    operator_name: str | None = None


class Life(Response):
    ticket: LifeTicket
    reservation: LifeReservation | None
    events: list[LifeEvent]
    """Oldest first."""
    scans_left_out: bool
    """Only the newest 500 scans are told."""
    timezone: str


class LifeAnswer(Done):
    data: Life
