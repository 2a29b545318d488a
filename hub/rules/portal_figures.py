"""Figures of the booking page: the sums of a day, and how long a booking takes, with the definition of each.

checked           tickets that passed the page's check on the day; each counts once a day, as for conversion (day_figures)
contact_verified  those of them for which good contact details were given that day, or that were booked
booked            those of them that were booked, on the day or before the ticket's next check on a later day
seconds           from the day's first check of a ticket to its booking
activation        of the tickets that were paid for later activation 30 days before, those activated within these 30 days
reservation       of the tickets that became active 7 days before, those with a reservation within these 7 days
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import timedelta

ACTIVATION_TIME = timedelta(days=30)
RESERVATION_TIME = timedelta(days=7)
EDGES = (0, 60, 120, 180, 300, 600, 1800, 3600, 86400)
"""Where the parts of the histogram begin, in seconds. The last has no end."""
GOAL_SECONDS = 180
"""A reservation should take less than three minutes (PRD-007, success metrics)."""


@dataclass(slots=True)
class PortalSums:
    """The sums of a day or a span of days. `seconds` counts bookings by their seconds, rounded down to tens up to an hour."""

    checked: int = 0
    contact_verified: int = 0
    booked: int = 0
    reservations: int = 0
    refused: int = 0
    activation_due: int = 0
    activated: int = 0
    reservation_due: int = 0
    reserved: int = 0
    seconds: Counter[int] = field(default_factory=Counter)

    def add(self, other: "PortalSums") -> None:
        for one in fields(self):
            if one.name != "seconds":
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
        self.seconds.update(other.seconds)

    def tickets(self, seconds: int | None, contact: bool, tickets: int) -> None:
        """Add tickets that were checked: `seconds` until they were booked, or None."""
        self.checked += tickets
        self.contact_verified += tickets if contact or seconds is not None else 0
        if seconds is not None:
            self.booked += tickets
            self.seconds[seconds] += tickets


def sum_of(parts: Iterable[PortalSums]) -> PortalSums:
    whole = PortalSums()
    for part in parts:
        whole.add(part)
    return whole


def histogram(seconds: Counter[int]) -> list[tuple[int, int | None, int]]:
    """Return the parts as (first second, first second of the next, bookings); the last has no next."""
    ends = (*EDGES[1:], None)
    return [
        (begin, end, sum(n for at, n in seconds.items() if at >= begin and (end is None or at < end)))
        for begin, end in zip(EDGES, ends, strict=True)
    ]


def median(seconds: Counter[int]) -> int | None:
    """Return the seconds that half of the bookings took at most; None without bookings."""
    whole, passed = seconds.total(), 0
    for at, n in sorted(seconds.items()):
        passed += n
        if 2 * passed >= whole:
            return at
    return None


def within_goal(seconds: Counter[int]) -> int:
    """Return how many bookings took less than `GOAL_SECONDS`."""
    return sum(n for at, n in seconds.items() if at < GOAL_SECONDS)
