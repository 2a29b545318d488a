"""Cancelling an order, whole or in part: its tickets end, their places are free, and everybody concerned learns of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields
from hub.actions.booking.cancelled_tickets import (
    EndedTickets,
    checked_reason,
    end_tickets,
    lock_tickets,
    publish_ended,
)
from hub.actions.booking.reservation_changes import LOST_RACES
from hub.actions.orders.create_order import queue_mail, write_order_event
from hub.actions.orders.order_records import OrderRecord, order_record
from hub.actions.orders.order_request import MOST_TICKETS, KeyedRequest, claim, name_order
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.text.languages import N_

ORDERS = load("orders/orders")
TICKETS = load("tickets/tickets")


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What is cancelled of an order, and why: the tickets with these ids or codes, or with neither all of them."""

    reason: str
    ticket_ids: tuple[int, ...] = ()
    ticket_codes: tuple[str, ...] = ()

    @property
    def in_part(self) -> bool:
        return bool(self.ticket_ids or self.ticket_codes)


async def cancel_order(
    services: Services, by: Actor, order_id: int, wanted: Cancellation, *, key: str | None = None, dry_run: bool = False
) -> OrderRecord:
    """Cancel tickets of an order, and the order itself when none of its tickets stands any more. Return it.

    Repeating it changes nothing. Entries that were recorded stay. Refuses ORDER_NOT_FOUND, TICKET_NOT_FOUND for a ticket that is
    not of this order, FORBIDDEN outside of the scope of `by`, INVALID_REQUEST without a reason, and IDEMPOTENCY_KEY_REUSED.
    """
    wanted = Cancellation(checked_reason(wanted.reason), wanted.ticket_ids, wanted.ticket_codes)
    request = None if key is None else KeyedRequest("cancel", key, [order_id, wanted])
    for _ in range(MAX_ATTEMPTS):
        try:
            async with change(services, dry_run=dry_run, turn=[("order", by.org_id, order_id)]) as connection:
                first = await claim(connection, services, by.org_id, request)
                if first is not None:
                    return await order_record(connection, by, first)
                await connection.execute(TICKETS.take_turn_of_order, by.org_id, order_id)
                before = await order_record(connection, by, order_id)
                await name_order(connection, by.org_id, request, order_id)
                ended = await _cancel(connection, services, by, before, wanted)
                order = await order_record(connection, by, order_id)
        except LOST_RACES:
            continue
        if not dry_run:
            publish_ended(services, by, ended)
            if order.status != before.status:
                telemetry.event(telemetry.ORDER_CANCELLED, order_id=order_id, tickets=len(ended.tickets))
        return order
    raise Refused(Reason.BUSY)


async def _cancel(
    connection: Any, services: Services, by: Actor, order: OrderRecord, wanted: Cancellation
) -> EndedTickets:
    """Write the changes and the row of the log in the caller's transaction."""
    ids = await _chosen(connection, by, order, wanted)
    locked = await lock_tickets(connection, by.org_id, ids)
    ended = await end_tickets(connection, services, by, locked, wanted.reason, order_is_notified=not wanted.in_part)
    closed = await close_order(connection, services, by, order.order_id, reason=wanted.reason, ended=ended)
    if not ended.tickets and not closed:
        return ended
    await record_change(
        connection, services, by, AuditAction.ORDER_CANCELLED if closed else AuditAction.ORDER_REFUNDED, order.order_id,
        venue_id=_venue_of(ended),
        before={"status": order.status},
        after={
            "status": "CANCELLED" if closed else order.status, "tickets": len(ended.tickets), "reason": wanted.reason,
            **({"ticket_ids": [row["id"] for row in ended.tickets]} if wanted.in_part else {}),
        },
    )  # fmt: skip
    if not wanted.in_part:
        await queue_mail(connection, services, by, order.order_id, "order.cancelled")
    return ended


async def close_order(
    connection: Any, services: Services, by: Actor, order_id: int, *, reason: str, ended: EndedTickets
) -> bool:
    """Cancel an order if none of its tickets stands any more, with its event for webhooks, in the caller's transaction.

    The caller has the order's turn and has ended some of its tickets. Return whether the order was cancelled just now.
    """
    closed = await connection.fetchval(
        ORDERS.mark_cancelled, by.org_id, order_id, services.clock.now(), reason, by.staff_id
    )
    if closed is not None:
        await write_order_event(
            connection, services, by, order_id, "order.cancelled", tickets=len(ended.tickets), venue_id=_venue_of(ended)
        )
    return closed is not None


def _venue_of(ended: EndedTickets) -> int | None:
    venues = {row["venue_id"] for row in ended.tickets}
    return venues.pop() if len(venues) == 1 else None


async def _chosen(connection: Any, by: Actor, order: OrderRecord, wanted: Cancellation) -> Sequence[int]:
    """Return the ids of the tickets that are to be cancelled. Refuses TICKET_NOT_FOUND with those that are not of this order."""
    if not wanted.in_part:
        rows = await connection.fetch(ORDERS.ticket_ids_of_order, by.org_id, order.order_id)
        if len(rows) > MOST_TICKETS:
            raise Refused(Reason.INVALID_REQUEST, message=N_("This order has too many tickets. Cancel them in parts."))
        return [row["id"] for row in rows]
    rows = await connection.fetch(
        ORDERS.tickets_named, by.org_id, order.order_id, list(wanted.ticket_ids), list(wanted.ticket_codes)
    )
    ids, codes = {row["id"] for row in rows}, {row["code"] for row in rows}
    unknown = [
        *(one for one in wanted.ticket_ids if one not in ids),
        *(one for one in wanted.ticket_codes if one not in codes),
    ]
    if unknown:
        named = "ticket_ids" if wanted.ticket_ids else "ticket_codes"
        refuse_fields({named: N_("Not all of these are tickets of this order")})
    return sorted(ids)
