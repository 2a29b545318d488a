"""Responses of booking: slots, confirmed contact details, and reservations."""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict

from web.api.booking.requests import Channel
from web.api.responses import Done, ReservationStatus, Response, TicketStatus


class ContactChecked(Done):
    message: str
    otp_sent: bool


class SentAgain(Done):
    message: str
    """The same whether or not anything is booked."""


class CodeOnItsWay(Response):
    challenge_id: UUID
    channel: Channel
    sent_to: str
    """The masked address that the code was sent to."""
    expires_at: datetime
    resend_after: int
    """Seconds until another code may be requested."""


class CodeOnItsWayAnswer(Done):
    data: CodeOnItsWay


class ContactProven(Response):
    contact_proof: str
    """The proof to send as `contact_proof` of a booking with the same address."""
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
    """The e-mail is queued in the transaction of the booking, and sending is retried until it succeeds."""
    qr_code: str
    """The ticket code's QR picture as a `data:` URL."""
    manage_url: str
    """The link to show, move or cancel this reservation. It is a secret of the holder."""


class ReservedAnswer(Done):
    data: Reserved


class CorrectedAddress(Response):
    reservation_id: int
    customer_email: str
    confirmation_sent: bool
    """The confirmation goes to the new address. False if the address has not changed."""
    manage_url: str
    """The link of the visit. After a change every older link is void."""
    token: str
    """The token of the link."""


class CorrectedAddressAnswer(Done):
    data: CorrectedAddress


class PartyPlace(Response):
    reservation_id: int
    ticket_code: str
    qr_code: str
    """The ticket code's QR picture as a `data:` URL."""


class PartyReserved(Response):
    reservations: list[PartyPlace]
    """One reservation per ticket, in the order of the request."""
    slot: BookedSlot
    confirmation_sent: bool
    """One e-mail for the party is queued in the transaction of the booking."""
    manage_url: str
    """The link to show, move or cancel the whole party or single reservations."""
    token: str
    """The token of the link."""


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


class BookedSeats(Response):
    booking_id: int
    party_size: int
    admitted: int
    """How many of the party are in."""
    remaining: int
    show_id: int
    show_title: str
    room: str


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
    places: int
    """How many people it admits: 1, or the size of the party of a booking."""
    booking: BookedSeats | None
    """The booking of seats of a show; null for a ticket. Its slot is the performance."""
    change_cutoff_hours: int
    """Hours before the slot until which the holder may move or cancel."""
    can_change: bool
    """Whether the holder may move or cancel now."""
    change_until: datetime
    calendar_links: CalendarLinks
    """Links that open Google's or Outlook's calendar with the visit filled in. They hold no secret."""
    party: list[PartyMember]
    """All reservations of the same booking, including this one."""


class ReservationAnswer(Done):
    data: Reservation


class Cancelled(Response):
    reservation_id: int
    status: Literal["CANCELLED"]
    ticket_status: TicketStatus
    reservation_ids: list[int]
    """The ids that are cancelled now, by this request or an earlier one: one id, or those of the party."""


class CancelledAnswer(Done):
    data: Cancelled
