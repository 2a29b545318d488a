"""The responses of booking: the calendar, confirmed contact details, and reservations."""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict

from web.api.booking.requests import Channel
from web.api.responses import Done, ReservationStatus, Response, TicketStatus


class ContactChecked(Done):
    message: str
    otp_sent: bool


class CodeOnItsWay(Response):
    challenge_id: UUID
    channel: Channel
    sent_to: str
    """The address, masked."""
    expires_at: datetime
    resend_after: int
    """Seconds until another code may be asked for."""


class CodeOnItsWayAnswer(Done):
    data: CodeOnItsWay


class ContactProven(Response):
    contact_proof: str
    """For `contact_proof` of a booking with the same address."""
    expires_at: datetime


class ContactProvenAnswer(Done):
    data: ContactProven


class Slot(Response):
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


class CalendarMetadata(Response):
    model_config = ConfigDict(extra="allow")

    total_slots: int


class Calendar(Done):
    data: list[Slot]
    metadata: CalendarMetadata


class BookedSlot(Response):
    slot_id: int
    date: date
    start_time: time
    end_time: time


class Reserved(Response):
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


class PartyPlace(Response):
    reservation_id: int
    ticket_code: str
    qr_code: str
    """The ticket code's QR picture as a `data:` URL."""


class PartyReserved(Response):
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


class VenueName(Response):
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


class CalendarLinks(Response):
    google: str
    outlook: str


class Reservation(Response):
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


class Cancelled(Response):
    reservation_id: int
    status: Literal["CANCELLED"]
    ticket_status: TicketStatus
    reservation_ids: list[int]
    """All that are cancelled by this or were before: one, or the party."""


class CancelledAnswer(Done):
    data: Cancelled
