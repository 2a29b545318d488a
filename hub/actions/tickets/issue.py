"""Issue of tickets: makes unguessable codes with a check character, all in one order."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change
from hub.actions.webhooks.order_events import EventOrder, events_of_new, write_order_events
from hub.rules.audit_actions import AuditAction
from hub.rules.product_validity import valid_until
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import new_code
from hub.services import Services
from hub.text.languages import N_

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


async def issue_tickets(
    services: Services, batch: TicketBatch, *, org_id: int | None = None, by: Actor | None = None, dry_run: bool = False
) -> dict[str, Any]:
    """Issue all tickets of the batch or none. Return the order, the product, and each ticket's id and code.

    `by` is who issues them; None: the machine's owner. Refuses INVALID_REQUEST for invalid counts, texts or ids, and
    PRODUCT_ARCHIVED.
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
    async with change(services, dry_run=dry_run) as connection:
        product = await _product(connection, org_id, batch.product_id)
        order_id = await _order(connection, org_id, batch, now)
        mode = "deferred" if batch.status == "INACTIVE" else product["activation_mode"]
        until = await _valid_until(services, org_id, product, now)
        issued: list[dict[str, Any]] = []
        while len(issued) < batch.count:
            wanted = min(AT_ONCE, batch.count - len(issued))
            codes = list({new_code(year, secrets.randbelow) for _ in range(wanted)})
            rows = await connection.fetch(
                TICKETS.add_tickets, org_id, codes, order_id, product["id"], batch.channel, batch.status, mode,
                batch.customer_name, until, now, timeout=60,
            )  # fmt: skip
            issued += [{"ticket_id": row["id"], "ticket_code": row["code"]} for row in rows]
        if batch.order_id is None:
            new = EventOrder(order_id, len(issued), product["venue_id"])
            paid = batch.status != "PENDING_PAYMENT"
            await write_order_events(connection, org_id, now, events_of_new(new, paid=paid))
        await record_change(
            connection, services, by or Actor(org_id), AuditAction.TICKETS_ISSUED, order_id,
            venue_id=product["venue_id"],
            after={"count": len(issued), "product_id": product["id"], "status": batch.status, "channel": batch.channel},
        )  # fmt: skip
    return {
        "order_id": order_id,
        "product_id": product["id"],
        "status": batch.status,
        "channel": batch.channel,
        "count": len(issued),
        "tickets": [] if dry_run else issued,
    }


async def _valid_until(services: Services, org_id: int, product: Any, now: datetime) -> datetime | None:
    """Return until when these tickets are valid. Refuses INVALID_REQUEST if that is past."""
    until = await ticket_valid_until(services, org_id, product, now)
    if until is not None and until <= now:
        wrong = N_("The last day of this product is past")
        raise Refused(Reason.INVALID_REQUEST, message=wrong, errors=[{"field": "product_id", "message": wrong}])
    return until


async def ticket_valid_until(services: Services, org_id: int, product: Any, now: datetime) -> datetime | None:
    """Return until when a ticket of this product is valid that is issued now. A last day is one of its venue, or of the first."""
    if product["valid_until"] is None:
        return valid_until(product["valid_days"], None, now, UTC)
    venue_id = product["venue_id"]
    venue = await (services.venues.first(org_id) if venue_id is None else services.venues.read(org_id, venue_id))
    return valid_until(None, product["valid_until"], now, UTC if venue is None else venue.zone)


async def _product(connection: Any, org_id: int, product_id: int | None) -> Any:
    if product_id is not None:
        product = await connection.fetchrow(TICKETS.read_product, org_id, product_id)
        if product is None:
            raise Refused(
                Reason.INVALID_REQUEST, message=f"No product {product_id}",
                errors=[{"field": "product_id", "message": N_("There is no such product.")}],
            )  # fmt: skip
        if product["archived_at"] is not None:
            raise Refused(Reason.PRODUCT_ARCHIVED)
        return product
    product = await connection.fetchrow(TICKETS.default_product, org_id)
    return product or await connection.fetchrow(TICKETS.add_product, org_id, None, "Admission", "immediate", True)


async def _order(connection: Any, org_id: int, batch: TicketBatch, now: Any) -> int:
    if batch.order_id is not None:
        await connection.execute(TICKETS.take_turn_of_order, org_id, batch.order_id)
        order = await connection.fetchrow(TICKETS.read_order, org_id, batch.order_id)
        if order is None:
            raise Refused(Reason.INVALID_REQUEST, message=f"No order {batch.order_id}")
        if order["status"] == "CANCELLED":
            raise Refused(Reason.ORDER_CANCELLED)
        return batch.order_id
    paid = batch.status != "PENDING_PAYMENT"
    return int(
        await connection.fetchval(
            TICKETS.add_order, org_id, "PAID" if paid else "PENDING_PAYMENT", batch.customer_name, now,
            now if paid else None, batch.customer_email,
        )
    )  # fmt: skip
