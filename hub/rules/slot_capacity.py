"""Slot capacity: a slot's counts as subscribers receive them, and the status that a customer sees."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Any


class CapacityStatus(StrEnum):
    AVAILABLE = "AVAILABLE"
    LIMITED = "LIMITED"
    FULL = "FULL"


@dataclass(frozen=True, slots=True)
class SlotCount:
    """All counts of one slot. `revision` grows with every change, so the higher one is newer.

    `held` places are kept for the waiting list. They are not booked, and the public cannot book them.
    """

    slot_id: int
    start_time: time
    end_time: time
    capacity: int
    booked: int
    verified: int
    revision: int
    held: int = 0

    @property
    def free(self) -> int:
        """Return the number of places that the public can book."""
        return self.capacity - self.booked - self.held

    def as_dict(self) -> dict[str, Any]:
        """Return the slot as the `counts` topic sends it."""
        return {
            "slot_id": self.slot_id,
            "start_time": self.start_time.isoformat("seconds"),
            "end_time": self.end_time.isoformat("seconds"),
            "capacity": self.capacity,
            "booked": self.booked,
            "verified": self.verified,
            "revision": self.revision,
        }


def capacity_status(capacity: int, booked: int) -> CapacityStatus:
    """Return AVAILABLE if more than half is free, LIMITED if any place is free, else FULL."""
    free = capacity - booked
    if free <= 0:
        return CapacityStatus.FULL
    return CapacityStatus.AVAILABLE if free * 2 > capacity else CapacityStatus.LIMITED
