"""The events that a webhook may ask for, by name, and what an event is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

EventName = Literal[
    "order.created",
    "order.paid",
    "order.cancelled",
    "ticket.activated",
    "ticket.cancelled",
    "reservation.created",
    "reservation.modified",
    "reservation.cancelled",
    "booking.created",
    "booking.confirmed",
    "booking.cancelled",
    "entry.recorded",
    "entry.undone",
    "exit.recorded",
    "entry.refused",
    "slot.full",
    "slot.closed",
    "waitlist.offered",
]
EVENTS: tuple[EventName, ...] = get_args(EventName)

TEST_EVENT = "webhook.test"
"""What the test button sends. Nobody subscribes to it, and it has no sequence number."""


@dataclass(frozen=True, slots=True)
class Event:
    """A business change, as its transaction writes it.

    Events of one `object`, such as `ticket:17`, are delivered in their order. `venue_id` None is an event of no one venue: only
    subscriptions to every venue get it. `data` holds ids, times and counts, and never a name, an address, a phone number or a code.
    """

    kind: str
    object: str
    at: datetime
    data: Mapping[str, Any]
    venue_id: int | None = None
