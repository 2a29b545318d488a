"""Bookings over HTTP, and the outcome of each in one word."""

from __future__ import annotations

from typing import Any

from tests.support.hub import Hub
from tests.support.world import Ticket


async def book(hub: Hub, ticket: Ticket, slot_id: int, **headers: str) -> tuple[int, Any]:
    """Make one customer's booking over HTTP. Return (status, body)."""
    body = {
        "ticket_id": ticket.id, "slot_id": slot_id, "customer_email": "john@example.com",
        "customer_phone": "+12025551234",
    }  # fmt: skip
    return await hub.post("/api/reservations/create", body, **headers)


def outcome(answer: tuple[int, Any]) -> str:
    """Return the outcome of a booking in one word: `booked`, or the status with the code of the refusal."""
    status, body = answer
    return "booked" if status == 200 else f"{status} {body['error']['code']}"
