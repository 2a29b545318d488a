"""Payment of an order: its tickets become usable, at once or when their holder activates them, by the product's mode."""

from typing import Any

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change
from hub.actions.booking.cancelled_tickets import HASHES_AT_ONCE, lock_tickets
from hub.actions.orders.create_order import queue_mail
from hub.actions.orders.order_records import OrderRecord, order_record
from hub.actions.orders.order_request import KeyedRequest, claim, name_order
from hub.actions.orders.paid_orders import mark_paid
from hub.events.announcements import TicketsChanged
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

ORDERS = load("orders/orders")
TICKETS = load("tickets/tickets")


async def pay_order(
    services: Services, by: Actor, order_id: int, *, key: str | None = None, mail: bool = True, dry_run: bool = False
) -> OrderRecord:
    """Mark an order as paid, and return it. Paying it again changes nothing, and neither does a repeat with the same `key`.

    Refuses ORDER_NOT_FOUND, ORDER_CANCELLED, FORBIDDEN outside of the scope of `by`, and IDEMPOTENCY_KEY_REUSED.
    """
    request = None if key is None else KeyedRequest("pay", key, [order_id, mail])
    released: list[Any] = []
    async with change(services, dry_run=dry_run, turn=[("order", by.org_id, order_id)]) as connection:
        first = await claim(connection, services, by.org_id, request)
        if first is not None:
            return await order_record(connection, by, first)
        await connection.execute(TICKETS.take_turn_of_order, by.org_id, order_id)
        before = await order_record(connection, by, order_id)
        if before.status == "CANCELLED":
            raise Refused(Reason.ORDER_CANCELLED)
        await name_order(connection, by.org_id, request, order_id)
        if before.status == "PAID":
            return before
        released = await _pay(connection, services, by, before)
        if mail:
            await queue_mail(connection, services, by, order_id, "order.confirmed")
        else:
            await connection.execute(ORDERS.leave_mails_to_shop, by.org_id, order_id)
        order = await order_record(connection, by, order_id)
    if not dry_run:
        codes = [row["code"] for row in released]
        services.announcer.publish(
            TicketsChanged.of(by.org_id, None, codes[start : start + HASHES_AT_ONCE], "activated")
            for start in range(0, len(codes), HASHES_AT_ONCE)
        )
        telemetry.event(telemetry.ORDER_PAID, order_id=order_id, tickets=len(released))
    return order


async def _pay(connection: Any, services: Services, by: Actor, order: OrderRecord) -> list[Any]:
    """Release the tickets, mark the order and write its row of the log, after locking in the one order."""
    now = services.clock.now()
    ids = [row["id"] for row in await connection.fetch(ORDERS.ticket_ids_of_order, by.org_id, order.order_id)]
    locked = await lock_tickets(connection, by.org_id, ids)
    released: list[Any] = await connection.fetch(ORDERS.pay_tickets, by.org_id, order.order_id, now)
    await mark_paid(connection, by.org_id, [order.order_id], now)
    venues = {row["venue_id"] for row in locked}
    venue_id = venues.pop() if len(venues) == 1 else None
    await record_change(
        connection, services, by, AuditAction.ORDER_PAID, order.order_id,
        venue_id=venue_id,
        before={"status": order.status}, after={"status": "PAID", "tickets": len(released)},
    )  # fmt: skip
    return released
