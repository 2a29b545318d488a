"""Responses about tickets: a checked ticket, its status, and its history."""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from web.api.booking.responses import Slot
from web.api.responses import Done, Response, TicketReservation, TicketStatus


class TicketVenue(Response):
    id: int
    slug: str
    """The venue's name in its address on this hub: `/v/<slug>/reserve`."""
    name: str
    address: str
    contact_email: str
    contact_phone: str
    contact_check: Literal["format", "email", "sms", "both"]
    """How the contact must be confirmed before booking: syntax only, or a one-time code by these channels."""
    country: str
    """The country of phone numbers without a country code (ISO 3166)."""
    timezone: str
    """The venue's time zone (IANA)."""
    waitlist: bool
    change_cutoff_hours: int


class TicketChecked(Response):
    ticket_id: int
    ticket_code: str
    status: TicketStatus
    product_id: int
    order_id: int
    order_tickets: int
    """Number of tickets of its order, counted up to 20; 1 if `POST /api/tickets/mine` cannot show the others."""
    venue: TicketVenue | None
    """The ticket's venue. The organisation's first venue if it is valid at any; null if there is none yet."""
    venues: list[TicketVenue]
    """Where the ticket can be booked: its venue, or every venue that offers a time if it is valid at any."""


class TicketCheckedAnswer(Done):
    data: TicketChecked


class OrderTicket(Response):
    ticket_id: int
    ticket_code: str
    status: TicketStatus
    reserved_date: date | None
    venue_id: int | None
    """The only venue where it can be booked; null if it is valid at any."""


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
    """The slots with spaces left."""


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
    """The date of the reservation, if there is one."""
    start_time: time | None
    end_time: time | None
    verified_at: datetime | None
    """The first entry."""


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
    """An event with its time. The other fields depend on `kind`."""

    at: datetime
    kind: Literal["issued", "paid", "activated", "reserved", "moved", "expired", "cancelled", "waiting", "offered",
                  "wait_ended", "mail", "scan", "asked", "declined", "withdrawn",
                  "conflict", "conflict_decided", "ticket_cancelled"]  # fmt: skip
    reservation_id: int | None = None
    venue: str | None = None
    date: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    times: int | None = None
    """How often the reservation was moved. Only the newest slot is stored."""
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
    """The events, oldest first."""
    scans_left_out: bool
    """Whether older scans were left out: only the newest 500 are listed."""
    timezone: str


class LifeAnswer(Done):
    data: Life
