"""What a slot of the public calendar must agree with, over HTTP and over the socket."""

from __future__ import annotations

from typing import Any


def slot_problem(slot: dict[str, Any]) -> str | None:
    """Return what is inconsistent in a slot's numbers, or None."""
    total, booked, free = slot["total_capacity"], slot["booked_count"], slot["available_count"]
    if slot["status"] != "ACTIVE":
        return None
    if not 0 <= free <= total - booked:  # places that are kept for the waiting list are neither
        return f"slot {slot['id']}: {free} free of {total} with {booked} booked"
    right = "FULL" if free == 0 else "LIMITED" if free * 2 <= total else "AVAILABLE"
    return (
        None
        if slot["capacity_status"] == right
        else f"slot {slot['id']}: {slot['capacity_status']} with {free} of {total} free"
    )
