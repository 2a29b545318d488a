"""Events of webhooks, written in the transaction of the business change: they are there exactly if the change is.

Changes of reservations, bookings, slots, scans, offers and activations are written by triggers (db/migrations/0044_webhooks.sql), so that no
writer of these tables can forget one. Every other change calls `write_events`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from db.statements import load
from hub.rules.webhook_events import Event

EVENTS = load("webhooks/events")


async def write_events(connection: Any, org_id: int, events: Sequence[Event]) -> None:
    """Write those of the events that a subscription asks for, in one statement of the caller's transaction."""
    if not events:
        return
    await connection.execute(
        EVENTS.write_events,
        org_id,
        [event.kind for event in events],
        [event.object for event in events],
        [event.venue_id for event in events],
        [event.at for event in events],
        [orjson.dumps(event.data, default=str).decode() for event in events],
    )
