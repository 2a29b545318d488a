"""The figures of slots and days after the fact: how full, who did not come, what was refused, what became of bookings and of checks.

utilisation   booked of capacity
no_show       booked and not come, of slots whose time is over; places released because nobody came count as well
rejection     RED of all scans
kept          visits of all reservations ever made for slots that are over, those given back among them
conversion    tickets that got a reservation of those checked in the portal (PRD-007 8.4): of a day, never of a slot

A ticket is *checked* on a day of the venue it is for when the portal's check let it pass then, once however often. It is
*converted* on that day where a reservation of it was made at or after its first check of the day and before its first check of
any later day, whatever became of that reservation, and whichever slot or venue it is for. So no day converts more than it
checked; each reservation is one day's at most, that of the latest check before it (also one made after midnight, or when a
place came free a week later); and days add up. A ticket that is checked on two days before it is booked is two checks.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields


@dataclass(slots=True)
class Sums:
    """What a slot, a day or a span adds up to. Of slots that are over: `asked` were ever made, `due` were
    booked at the end, `came` are those of them who did."""

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
        """None while nobody is late yet."""
        return self.due - self.came if self.due else None


def total(parts: Iterable[Sums]) -> Sums:
    whole = Sums()
    for part in parts:
        whole.add(part)
    return whole


def rate(part: int | None, whole: int) -> float | None:
    """A share from 0 to 1, or None of nothing."""
    return None if part is None or not whole else round(part / whole, 4)
