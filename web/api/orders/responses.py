"""Responses about orders: to a shop, and to administration."""

from datetime import date, datetime, time
from typing import Literal

from web.api.responses import Done, Response, TicketStatus

OrderStatus = Literal["PENDING_PAYMENT", "PAID", "CANCELLED"]


class ShopTicket(Response):
    ticket_id: int
    ticket_code: str
    status: TicketStatus
    channel: Literal["direct", "mini_program", "ota"]
    product_id: int
    product: str
    valid_until: datetime | None
    reserved_date: date | None
    """The day of the visit that is booked with it; null without one."""
    qr_url: str
    """The QR code as a picture."""
    booking_url: str
    """The page on which its holder activates it and books a time."""


class ShopCustomer(Response):
    name: str | None
    email: str | None
    language: str | None


class ShopOrder(Response):
    order_id: int
    reference: str
    status: OrderStatus
    created_at: datetime
    paid_at: datetime | None
    cancelled_at: datetime | None
    customer: ShopCustomer
    tickets: list[ShopTicket]


class ShopOrderAnswer(Done):
    data: ShopOrder


class AdminOrderTicket(Response):
    ticket_id: int
    ticket_code: str
    status: TicketStatus
    channel: Literal["direct", "mini_program", "ota"]
    product_id: int
    product: str
    product_zh: str
    valid_until: datetime | None
    verified_at: datetime | None
    cancelled_at: datetime | None
    reserved_date: date | None
    start_time: time | None
    end_time: time | None


class AdminOrder(Response):
    order_id: int
    reference: str | None
    status: OrderStatus
    customer_name: str | None
    customer_email: str | None
    language: str | None
    shop: str | None
    """The name of the API key that made it; null for an order of the hub's own."""
    created_at: datetime
    paid_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    cancelled_name: str | None
    """Who of the staff cancelled it."""
    tickets: list[AdminOrderTicket]


class AdminOrderAnswer(Done):
    data: AdminOrder


class AdminOrderLine(Response):
    order_id: int
    reference: str | None
    status: OrderStatus
    customer_name: str | None
    customer_email: str | None
    shop: str | None
    created_at: datetime
    paid_at: datetime | None
    cancelled_at: datetime | None
    tickets: int
    """All of its tickets; `cancelled` and `used` are among them."""
    cancelled: int
    used: int


class AdminOrderPage(Response):
    orders: list[AdminOrderLine]
    next: int | None
    """The `before` of the next page; null at the end."""


class AdminOrderPageAnswer(Done):
    data: AdminOrderPage
