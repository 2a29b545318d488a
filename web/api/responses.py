"""The shapes of the answers: models that describe them in the OpenAPI document. Nothing is checked against them while
serving; the tests check every answer they get."""

from datetime import date, datetime, time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.rules.reasons import Reason

TicketStatus = Literal["PENDING_PAYMENT", "INACTIVE", "ACTIVATED", "RESERVED", "VERIFIED", "EXPIRED", "CANCELLED"]
ReservationStatus = Literal["RESERVED", "VERIFIED", "EXPIRED", "CANCELLED"]
RoleName = Literal["OPERATOR", "MANAGER", "ADMIN"]


class Shape(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class Done(Shape):
    success: Literal[True]


class FieldProblem(Shape):
    field: str
    message: str


class Error(Shape):
    """Beside code and message stand the details of the reason, such as `reserved_date` or `alternative_slots`."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    code: Reason
    message: str


class Refusal(Shape):
    success: Literal[False]
    error: Error


class TicketVenue(Shape):
    name: str
    contact_check: Literal["format", "email", "sms", "both"]
    """Which ways of contact must be confirmed by a one-time code before booking."""
    country: str
    """Whose national phone numbers are meant where no country code is given (ISO 3166)."""
    timezone: str
    """Whose date is today's there (IANA)."""
    waitlist: bool
    change_cutoff_hours: int


class TicketChecked(Shape):
    ticket_id: int
    ticket_code: str
    status: TicketStatus
    product_id: int
    order_id: int
    order_tickets: int
    """How many tickets its order has, counted up to 20; 1 where `POST /api/tickets/mine` cannot show the others."""
    venue: TicketVenue | None
    """Where it is good; the organisation's first venue where it is good anywhere, null where there is none yet."""


class TicketCheckedAnswer(Done):
    data: TicketChecked


class OrderTicket(Shape):
    ticket_id: int
    ticket_code: str
    status: TicketStatus
    reserved_date: date | None


class OrderTickets(Shape):
    tickets: list[OrderTicket]


class OrderTicketsAnswer(Done):
    data: OrderTickets


class ContactChecked(Done):
    message: str
    otp_sent: bool


class Slot(Shape):
    id: int
    venue_id: int
    date: date
    start_time: time
    end_time: time
    ends_at: datetime
    total_capacity: int
    booked_count: int
    available_count: int
    status: Literal["ACTIVE", "FULL", "CLOSED"]
    capacity_status: Literal["AVAILABLE", "LIMITED", "FULL"]


class CalendarMetadata(Shape):
    model_config = ConfigDict(extra="allow")

    total_slots: int


class Calendar(Done):
    data: list[Slot]
    metadata: CalendarMetadata


class BookedSlot(Shape):
    slot_id: int
    date: date
    start_time: time
    end_time: time


class Reserved(Shape):
    reservation_id: int
    ticket_code: str
    slot: BookedSlot
    confirmation_sent: bool
    """The mail is queued in the same transaction as the booking; it is sent, and sent again, until it has gone out."""
    qr_code: str
    """The ticket code's QR picture as a `data:` URL."""
    manage_url: str
    """The link that opens this reservation to be viewed or cancelled. Whoever has it holds the reservation."""


class ReservedAnswer(Done):
    data: Reserved


class PartyPlace(Shape):
    reservation_id: int
    ticket_code: str
    qr_code: str
    """The ticket code's QR picture as a `data:` URL."""


class PartyReserved(Shape):
    reservations: list[PartyPlace]
    """One per ticket, in the order asked."""
    slot: BookedSlot
    confirmation_sent: bool
    """One mail for all of them, queued in the same transaction."""
    manage_url: str
    """The link that opens the whole party to be viewed, moved or cancelled, together or one by one."""
    token: str
    """The token of that link."""


class PartyReservedAnswer(Done):
    data: PartyReserved


class TimedSlot(BookedSlot):
    starts_at: datetime
    ends_at: datetime


class VenueName(Shape):
    id: int
    name: str
    timezone: str


class VenuePlace(VenueName):
    address: str


class PartyMember(BookedSlot):
    reservation_id: int
    ticket_id: int
    ticket_code: str
    status: ReservationStatus


class CalendarLinks(Shape):
    google: str
    outlook: str


class Reservation(Shape):
    reservation_id: int
    ticket_id: int
    ticket_code: str
    status: ReservationStatus
    slot: TimedSlot
    venue: VenuePlace
    customer_email: str
    customer_phone: str
    reserved_at: datetime
    change_cutoff_hours: int
    """Until how many hours before the slot the holder may move or cancel."""
    can_change: bool
    """Whether the holder may do so now."""
    change_until: datetime
    calendar_links: CalendarLinks
    """Addresses that open somebody else's calendar with the visit filled in; they hold no key."""
    party: list[PartyMember]
    """Everybody who was booked in the same request, this one included."""


class ReservationAnswer(Done):
    data: Reservation


class Cancelled(Shape):
    reservation_id: int
    status: Literal["CANCELLED"]
    ticket_status: TicketStatus
    reservation_ids: list[int]
    """All that are cancelled by this or were before: one, or the party."""


class CancelledAnswer(Done):
    data: Cancelled


class TicketReservation(Shape):
    reservation_id: int
    slot_id: int
    date: date
    start_time: time
    end_time: time


class Ticket(Shape):
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


class TicketSlots(Shape):
    ticket: Ticket
    can_reserve: bool
    slots: list[Slot]
    """Slots with places left."""


class TicketSlotsAnswer(Done):
    data: TicketSlots


class Alive(Shape):
    status: Literal["ok"]


class Ready(Shape):
    status: Literal["ok", "degraded", "unavailable"]
    database: Literal["ok", "down"]
    redis: Literal["ok", "down"]


class Document(Shape):
    model_config = ConfigDict(extra="allow")

    openapi: str = Field(examples=["3.1.0"])
    info: dict[str, Any]
    paths: dict[str, Any]
