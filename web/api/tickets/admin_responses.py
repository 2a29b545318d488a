"""Responses of administration about products and tickets."""

from datetime import date, datetime, time
from typing import Literal

from web.api.responses import Done, Response, TicketStatus

Mode = Literal["immediate", "deferred"]
SoldBy = Literal["direct", "mini_program", "ota"]


class ProductGate(Response):
    gate_id: int
    venue_id: int
    name: str


class ProductRecord(Response):
    product_id: int
    venue_id: int | None
    """Null: for every venue."""
    venue: str | None
    name: str
    name_zh: str
    activation_mode: Mode
    valid_days: int | None
    valid_until: date | None
    """The last day of its tickets, at the product's venue."""
    gates: list[ProductGate]
    """The gates that its tickets may enter by; none: all."""
    note: str
    note_zh: str
    attention: bool
    question: str
    question_zh: str
    sold_at_door: bool
    """Whether sellers at a gate see it. False for a product that an import has made."""
    has_tickets: bool
    archived_at: datetime | None
    version: int
    """Counts the changes. `If-Match` names it."""


class ProductAnswer(Done):
    data: ProductRecord


class ProductPageFields(Response):
    products: list[ProductRecord]
    next: int | None
    """The `before` of the next page; null at the end."""


class ProductPageAnswer(Done):
    data: ProductPageFields


class ProductDeleted(Response):
    deleted: bool
    """False for a dry run."""


class ProductDeletedAnswer(Done):
    data: ProductDeleted


class TicketRecord(Response):
    ticket_id: int
    ticket_code: str
    status: TicketStatus
    channel: SoldBy
    product_id: int
    product: str
    product_zh: str
    order_id: int
    order_reference: str | None
    created_at: datetime
    valid_until: datetime | None
    verified_at: datetime | None
    cancelled_at: datetime | None
    reserved_date: date | None
    start_time: time | None
    end_time: time | None


class TicketRecordAnswer(Done):
    data: TicketRecord


class TicketRecordPageFields(Response):
    tickets: list[TicketRecord]
    next: str | None
    """The `before` of the next page; null at the end."""


class TicketRecordPageAnswer(Done):
    data: TicketRecordPageFields


class IssuedTicket(Response):
    ticket_id: int
    ticket_code: str


class IssuedTickets(Response):
    order_id: int
    product_id: int
    status: TicketStatus
    channel: SoldBy
    count: int
    tickets: list[IssuedTicket]
    """Empty for a dry run."""


class IssuedTicketsAnswer(Done):
    data: IssuedTickets
