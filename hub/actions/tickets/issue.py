"""Issue of tickets: makes unguessable codes with a check character, all in one order."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from db.statements import load
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import new_code
from hub.services import Services

TICKETS = load("tickets/tickets")
VENUES = load("venues/venues")
MOST = 1_000_000
AT_ONCE = 5_000
STATUSES = ("ACTIVATED", "PENDING_PAYMENT", "INACTIVE")
CHANNELS = ("direct", "mini_program", "ota")


@dataclass(frozen=True, slots=True)
class TicketBatch:
    """The tickets to issue. Without a product the organisation's first one is used or made; without an order a new one."""

    count: int
    status: str = "ACTIVATED"
    channel: str = "direct"
    product_id: int | None = None
    order_id: int | None = None
    customer_name: str | None = None
    customer_email: str | None = None
    """The e-mail address of the new order. Whoever knows it and one code can see all codes of the order."""


async def issue_tickets(services: Services, batch: TicketBatch, *, org_id: int | None = None) -> dict[str, Any]:
    """Issue all tickets of the batch or none. Return the order, the product, and each ticket's id and code.

    Refuses INVALID_REQUEST for invalid counts, texts or ids.
    """
    if not 1 <= batch.count <= MOST:
        raise Refused(Reason.INVALID_REQUEST, message=f"Issue 1 to {MOST} tickets at a time")
    if batch.status not in STATUSES or batch.channel not in CHANNELS:
        raise Refused(Reason.INVALID_REQUEST, message=f"Status is one of {STATUSES}, channel one of {CHANNELS}")
    if org_id is None:
        org_id = await services.venues.only_organisation()
    if org_id is None:
        raise Refused(Reason.INVALID_REQUEST, message="Name the organisation: there is not just one")
    now = services.clock.now()
    year = now.year
    async with services.database.transaction() as connection:
        product = await _product(connection, org_id, batch.product_id)
        order_id = await _order(connection, org_id, batch, now)
        mode = "deferred" if batch.status == "INACTIVE" else product["activation_mode"]
        valid_until = now + timedelta(days=product["valid_days"]) if product["valid_days"] else None
        issued: list[dict[str, Any]] = []
        while len(issued) < batch.count:
            wanted = min(AT_ONCE, batch.count - len(issued))
            codes = list({new_code(year, secrets.randbelow) for _ in range(wanted)})
            rows = await connection.fetch(
                TICKETS.add_tickets, org_id, codes, order_id, product["id"], batch.channel, batch.status, mode,
                batch.customer_name, valid_until, now, timeout=60,
            )  # fmt: skip
            issued += [{"ticket_id": row["id"], "ticket_code": row["code"]} for row in rows]
    return {
        "order_id": order_id,
        "product_id": product["id"],
        "status": batch.status,
        "channel": batch.channel,
        "count": len(issued),
        "tickets": issued,
    }


async def _product(connection: Any, org_id: int, product_id: int | None) -> Any:
    if product_id is not None:
        product = await connection.fetchrow(TICKETS.read_product, org_id, product_id)
        if product is None:
            raise Refused(Reason.INVALID_REQUEST, message=f"No product {product_id}")
        return product
    product = await connection.fetchrow(TICKETS.default_product, org_id)
    return product or await connection.fetchrow(TICKETS.add_product, org_id, None, "Admission", "immediate")


async def _order(connection: Any, org_id: int, batch: TicketBatch, now: Any) -> int:
    if batch.order_id is not None:
        order = await connection.fetchrow(TICKETS.read_order, org_id, batch.order_id)
        if order is None:
            raise Refused(Reason.INVALID_REQUEST, message=f"No order {batch.order_id}")
        return batch.order_id
    paid = batch.status != "PENDING_PAYMENT"
    return int(
        await connection.fetchval(
            TICKETS.add_order, org_id, "PAID" if paid else "PENDING_PAYMENT", batch.customer_name, now,
            now if paid else None, batch.customer_email,
        )
    )  # fmt: skip
