"""What clients asked for, and what they were promised: each booking with all of its attempts, each scan with its verdict."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["open", "booked", "refused", "unknown"]
NO_ANSWER = 0


@dataclass(slots=True)
class Attempt:
    """One request. `status` is NO_ANSWER if the connection ended or the client's own time limit passed."""

    began: float
    seconds: float
    status: int


@dataclass(slots=True)
class Booking:
    """One logical request: a ticket for a slot, under one idempotency key, sent until it was answered."""

    number: int
    slot_id: int
    key: str
    attempts: list[Attempt] = field(default_factory=list)
    outcome: Outcome = "open"
    code: str = ""
    reservation_id: int = 0

    @property
    def seconds(self) -> float:
        """Return the seconds from the first request to the last answer."""
        return self.attempts[-1].began + self.attempts[-1].seconds - self.attempts[0].began if self.attempts else 0.0


@dataclass
class History:
    """All that the clients of one case did. `scans` are the ids of the entries that were acknowledged."""

    bookings: list[Booking] = field(default_factory=list)
    scans: list[str] = field(default_factory=list)

    def begin(self, number: int, slot_id: int, key: str) -> Booking:
        booking = Booking(number, slot_id, key)
        self.bookings.append(booking)
        return booking

    @property
    def outcomes(self) -> Counter[str]:
        return Counter(f"refused {one.code}" if one.outcome == "refused" else one.outcome for one in self.bookings)

    @property
    def statuses(self) -> Counter[int]:
        return Counter(attempt.status for one in self.bookings for attempt in one.attempts)

    def attempts(self, since: float = 0.0, until: float = float("inf")) -> list[Attempt]:
        """Return the attempts that began in this time (of `time.monotonic`), in their order."""
        found = [a for one in self.bookings for a in one.attempts if since <= a.began < until]
        return sorted(found, key=lambda attempt: attempt.began)

    @property
    def settled_by_repeating(self) -> int:
        """Return how many bookings were answered after an attempt without an answer."""
        return sum(len(one.attempts) > 1 and one.outcome in ("booked", "refused") for one in self.bookings)

    def share_answered(self, seconds: float) -> float:
        """Return the share of the bookings that were decided within `seconds`, attempts included."""
        decided = sum(one.outcome in ("booked", "refused") and one.seconds <= seconds for one in self.bookings)
        return decided / len(self.bookings) if self.bookings else 1.0
