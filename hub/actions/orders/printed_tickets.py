"""The tickets of an order on paper: those that can be used, each with the visit that is booked with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.orders.order_records import OrderRecord, read_order
from hub.services import Services

ORDERS = load("orders/orders")
MOST_PRINTED = 200
"""Tickets of one page. An order of an import may have 100,000."""


@dataclass(frozen=True, slots=True)
class PrintedTicket:
    """One ticket. `venue` is that of its visit or its product, or the organisation where it is valid at every venue.

    `must_book`: it opens no gate before a time is booked with it.
    """

    ticket_id: int
    ticket_code: str
    product: str
    product_zh: str
    venue: str
    reserved_date: date | None
    start_time: time | None
    end_time: time | None
    must_book: bool


@dataclass(frozen=True, slots=True)
class PrintedOrder:
    """A page of tickets. `after` is the ticket behind which the next page begins; None at the end."""

    order: OrderRecord
    tickets: tuple[PrintedTicket, ...]
    after: int | None


async def read_tickets_to_print(
    services: Services, by: Actor, order_id: int, *, ticket_id: int | None = None, after: int = 0
) -> PrintedOrder:
    """Return the tickets behind `after`, or the one with `ticket_id`. Neither unpaid nor cancelled ones are printed.

    Refuses as `read_order`.
    """
    order = await read_order(services, by, order_id)
    rows = await services.database.fetch(
        ORDERS.tickets_to_print, by.org_id, order_id, after, ticket_id, MOST_PRINTED + 1
    )
    tickets = tuple(PrintedTicket(**row) for row in rows[:MOST_PRINTED])
    return PrintedOrder(order, tickets, tickets[-1].ticket_id if len(rows) > MOST_PRINTED else None)
