"""The slot capacity: the whole count that subscribers receive, and the status that a customer sees."""

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
    """One slot's absolute counts. `revision` grows with every change; the higher one is the newer.

    `held` are places kept for the waiting list: they are not booked, and the public cannot book them.
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
        """Places that the public can book."""
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
    """AVAILABLE above half free, LIMITED while anything is free, FULL at nothing (or less)."""
    free = capacity - booked
    if free <= 0:
        return CapacityStatus.FULL
    return CapacityStatus.AVAILABLE if free * 2 > capacity else CapacityStatus.LIMITED
