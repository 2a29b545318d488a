"""Orders as a shop and the administration read them: one with its tickets, and the list, newest first."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from db.organisation import working_for
from db.statements import load
from db.stored_codes import code_as_stored
from hub.access.scope import is_elsewhere, refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND
from hub.actions.orders.order_request import MOST_TICKETS
from hub.rules.order_reference import order_number
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE
from hub.rules.ticket_code import normalise
from hub.services import Services
from hub.text.languages import N_
from hub.text.search_words import name_query, parted_query

ORDERS = load("orders/orders")
FOUND = load("booking/found_reservations")
STATUSES = ("PENDING_PAYMENT", "PAID", "CANCELLED")
MOST_FOUND = 200
LOOK_AT = 2_000
"""Orders that one page of a filtered list looks at. A page may hold fewer than asked for, and still have a next."""


@dataclass(frozen=True, slots=True)
class OrderedTicket:
    """One ticket of an order, with the visit that is booked with it."""

    ticket_id: int
    ticket_code: str
    status: str
    channel: str
    product_id: int
    product: str
    product_zh: str
    valid_until: datetime | None
    verified_at: datetime | None
    cancelled_at: datetime | None
    reserved_date: date | None
    start_time: time | None
    end_time: time | None


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """One order with its tickets. `shop` is the name of the API key that made it; None for one of the hub's own."""

    order_id: int
    reference: str | None
    status: str
    customer_name: str | None
    customer_email: str | None
    language: str | None
    shop: str | None
    created_at: datetime
    paid_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    cancelled_name: str | None
    tickets: tuple[OrderedTicket, ...]

    @property
    def named(self) -> str:
        """Return the reference, or the number of an order without one."""
        return self.reference or str(self.order_id)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order in a list. `tickets` counts all of its tickets, `cancelled` and `used` are among them."""

    order_id: int
    reference: str | None
    status: str
    customer_name: str | None
    customer_email: str | None
    shop: str | None
    created_at: datetime
    paid_at: datetime | None
    cancelled_at: datetime | None
    tickets: int
    cancelled: int
    used: int


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of orders. `next` is the `before` of the following one; None at the end."""

    orders: tuple[OrderLine, ...]
    next: int | None


async def order_id_of(database: Any, org_id: int, reference: str) -> int:
    """Return the order with this reference. Refuses ORDER_NOT_FOUND."""
    order_id = await database.fetchval(ORDERS.order_by_reference, org_id, reference)
    if order_id is None:
        raise unknown_order()
    return int(order_id)


async def read_order(services: Services, by: Actor, order_id: int) -> OrderRecord:
    """Return one order. Refuses ORDER_NOT_FOUND, and FORBIDDEN if all of its tickets stand outside of the scope of `by`."""
    return await order_record(services.database, by, order_id)


async def order_record(database: Any, by: Actor, order_id: int) -> OrderRecord:
    """The same, read with a pool or within a transaction."""
    row = await database.fetchrow(ORDERS.read_order, by.org_id, order_id)
    if row is None:
        raise unknown_order()
    tickets = await database.fetch(ORDERS.read_order_tickets, by.org_id, order_id, MOST_TICKETS)
    if tickets and all(is_elsewhere(by, one["venue_id"]) for one in tickets):
        refuse_other_venue(by, tickets[0]["venue_id"])
    return OrderRecord(
        order_id=row["id"], reference=row["reference"], status=row["status"], customer_name=row["customer_name"],
        customer_email=row["customer_email"], language=row["language"], shop=row["shop"], created_at=row["created_at"],
        paid_at=row["paid_at"], cancelled_at=row["cancelled_at"], cancel_reason=row["cancel_reason"],
        cancelled_name=row["cancelled_name"],
        tickets=tuple(OrderedTicket(**{name: one[name] for name in OrderedTicket.__slots__}) for one in tickets),
    )  # fmt: skip


async def list_orders(
    services: Services, by: Actor, *, text: str = "", status: str | None = None, before: int | None = None, limit: int = 50
) -> OrderPage:  # fmt: skip
    """Return one page, of all orders or of those found by `text`: a reference, a number, a code, an address or a name."""
    database = services.database.reports
    found = None if not text.strip() else await _found(services, by.org_id, text.strip())
    look_at = LOOK_AT if status or by.venue_ids else limit + 1
    rows = await database.fetch(
        ORDERS.list_orders, by.org_id, before or BEYOND, limit + 1, status, found, list(by.venue_ids), look_at
    )
    lines = [
        OrderLine(row["id"], *(row[name] for name in OrderLine.__slots__[1:])) for row in rows if row["id"] is not None
    ]
    if len(lines) > limit:
        return OrderPage(tuple(lines[:limit]), lines[limit - 1].order_id)
    return OrderPage(tuple(lines), rows[0]["last_id"])


async def _found(services: Services, org_id: int, text: str) -> list[int]:
    code = await code_as_stored(services.database.reports, org_id, normalise(text)[:LONGEST_CODE])
    email = text.lower() if "@" in text else None
    # Row-level security would hide the index of addresses; it guards the rows of these ids.
    with working_for(None):
        async with services.database.records.transaction() as connection:
            await connection.execute(FOUND.use_word_indexes)
            rows = await connection.fetch(
                ORDERS.orders_found,
                org_id,
                text,
                code,
                email,
                name_query(text),
                MOST_FOUND,
                order_number(text),
                parted_query(text),
            )
    return [row["id"] for row in rows]


def unknown_order() -> Refused:
    return Refused(Reason.ORDER_NOT_FOUND, message=N_("There is no such order."))
