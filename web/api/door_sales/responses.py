"""Responses about door sales."""

from datetime import date, datetime, time
from uuid import UUID

from web.api.orders.responses import OrderStatus
from web.api.responses import Done, Response, TicketStatus


class ProductOnSale(Response):
    product_id: int
    name: str
    note: str
    """What the staff should know; may be empty."""
    question: str
    """Asked before an entry; may be empty."""


class SlotOnSale(Response):
    slot_id: int
    date: date
    start_time: time
    end_time: time
    is_running: bool
    free: int


class OnSale(Response):
    venue_id: int
    products: list[ProductOnSale]
    slots: list[SlotOnSale]
    """The slots of today that have not ended, in order of time."""
    most: int
    """How many tickets one sale may have."""


class OnSaleAnswer(Done):
    data: OnSale


class SoldTicket(Response):
    ticket_id: int
    ticket_code: str
    status: TicketStatus
    product: str
    verified_at: datetime | None
    qr_code: str
    """A `data:` URL with a PNG of the code."""


class DoorSale(Response):
    scan_id: UUID
    """Of the sale and its entry, which is undone by it."""
    order_id: int
    reference: str
    status: OrderStatus
    customer_name: str | None
    customer_email: str | None
    reserved_date: date | None
    start_time: time | None
    end_time: time | None
    admitted: int
    """How many of the visitors are in, as it is now."""
    tickets: list[SoldTicket]


class DoorSaleAnswer(Done):
    data: DoorSale
