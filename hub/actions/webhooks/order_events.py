"""Events of orders for webhooks: made, paid and cancelled, whoever did it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.actions.webhooks.write_events import write_events
from hub.rules.webhook_events import Event


@dataclass(frozen=True, slots=True)
class EventOrder:
    """An order as its events name it: how many tickets, and their venue. None: they are of several, or valid at every one."""

    order_id: int
    tickets: int
    venue_id: int | None


async def write_order_events(
    connection: Any, org_id: int, at: datetime, events: Iterable[tuple[str, EventOrder]]
) -> None:
    """Write events of orders in the caller's transaction, in their order."""
    await write_events(
        connection,
        org_id,
        [
            Event(
                kind,
                f"order:{order.order_id}",
                at,
                {"order_id": order.order_id, "tickets": order.tickets},
                order.venue_id,
            )
            for kind, order in events
        ],
    )


def events_of_new(order: EventOrder, *, paid: bool) -> list[tuple[str, EventOrder]]:
    """Return the events of an order that was made just now, and with `paid` was paid already."""
    return [("order.created", order), ("order.paid", order)] if paid else [("order.created", order)]
