"""The day figures: sums and rates of slots and days that are over.

utilisation   booked places / capacity
no_show       booked places nobody used / booked places, of slots that are over; places released for no-show count as well
rejection     RED scans / all scans
kept          visits / all reservations ever made, cancelled ones included, of slots that are over
conversion    tickets that got a reservation / tickets checked in the portal (PRD-007 8.4): of a day, never of a slot

A ticket is *checked* on a day of its venue if the portal's check passed then, and counts once a day. It is *converted* on that
day if a reservation was made after its first check of the day, or at that moment, and before its first check of any later day.
What became of the reservation, and its slot and venue, do not matter. So no day converts more than it checked, and days add up.
Each reservation belongs to at most one day: that of the latest check before it. A ticket checked on two days is two checks.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields


@dataclass(slots=True)
class Sums:
    """The sums of a slot, a day or a span of days.

    Of slots that are over: `asked` reservations were ever made, `due` were booked at the end, and `came` of those were used.
    """

    capacity: int = 0
    booked: int = 0
    verified: int = 0
    walk_ins: int = 0
    made: int = 0
    cancelled: int = 0
    asked: int = 0
    due: int = 0
    came: int = 0
    scans: int = 0
    yellow: int = 0
    red: int = 0
    checked: int = 0
    converted: int = 0
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, other: "Sums") -> None:
        for one in fields(self):
            if one.name != "reasons":
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
        for key, count in other.reasons.items():
            self.reasons[key] = self.reasons.get(key, 0) + count

    def scanned(self, result: str, reason: str, scans: int) -> None:
        self.scans += scans
        self.yellow += scans if result == "YELLOW" else 0
        self.red += scans if result == "RED" else 0
        if result != "GREEN":
            self.reasons[result, reason] = self.reasons.get((result, reason), 0) + scans

    @property
    def no_show(self) -> int | None:
        """Booked places that nobody used; None while no slot is over."""
        return self.due - self.came if self.due else None


def total(parts: Iterable[Sums]) -> Sums:
    whole = Sums()
    for part in parts:
        whole.add(part)
    return whole


def rate(part: int | None, whole: int) -> float | None:
    """Return a share from 0 to 1; None of nothing."""
    return None if part is None or not whole else round(part / whole, 4)
