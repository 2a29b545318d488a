"""Day figures: the sums and rates of slots and days, with the definition of each rate.

Places and visits count people: a booking for three is three of each. A scan of the three is one scan.

utilisation   booked places / capacity
no_show       booked places nobody used / booked places, of slots that are over; places released for no-show count as well
rejection     RED scans / all scans
kept          visits / all places ever booked, cancelled ones included, of slots that are over
conversion    tickets that got a reservation / tickets checked in the portal (PRD-007 8.4): of a day, never of a slot

A ticket is *checked* on a day of its venue if it passed the portal's check on that day. It counts once a day. It is *converted*
on that day if a reservation was made at or after its first check of the day, and before its first check of any later day.
The slot, the venue and the later fate of the reservation do not matter. So no day converts more than it checked, and days can
be added. Each reservation belongs to at most one day, that of the latest check before it. A ticket checked on two days counts
as two checks.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields


@dataclass(slots=True)
class Sums:
    """The sums of a slot, a day or a span of days.

    `asked`, `due` and `came` concern slots that are over: places ever booked, those still booked at the end, and those used.
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
        """Return the number of booked places that nobody used; None while no slot is over."""
        return self.due - self.came if self.due else None


def total(parts: Iterable[Sums]) -> Sums:
    whole = Sums()
    for part in parts:
        whole.add(part)
    return whole


def rate(part: int | None, whole: int) -> float | None:
    """Return `part / whole` from 0 to 1, or None if `whole` is 0."""
    return None if part is None or not whole else round(part / whole, 4)
