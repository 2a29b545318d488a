"""Orders that are paid: marked with their event, whether a shop, staff or a file has paid their tickets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from db.statements import load
from hub.actions.webhooks.order_events import EventOrder, write_order_events

ORDERS = load("orders/orders")


async def mark_paid(connection: Any, org_id: int, order_ids: Sequence[int], now: datetime) -> None:
    """Mark those of the orders as paid that wait for payment, and write their events.

    The caller has made their tickets usable. It holds the locks of the tickets: those of the orders come after them.
    """
    paid = await connection.fetch(ORDERS.mark_paid, org_id, list(order_ids), now)
    await write_order_events(
        connection, org_id, now, [("order.paid", EventOrder(row["id"], row["tickets"], row["venue_id"])) for row in paid]
    )  # fmt: skip
