"""Settlements: results of transactions that are not written to Redis yet, merged into one for each slot.

While Redis does not answer they wait here. Memory is bounded: a slot needs only its newest state, and holds expire.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

SlotKey = tuple[int, int]

MOST_SLOTS = 10_000
MOST_HOLDS = 20_000


@dataclass(slots=True)
class Settlement:
    """The result for one slot: free places at a revision (None if not read), and hold ids that were booked or released."""

    free: int | None = None
    revision: int = -1
    force: bool = False
    complete: bool = False
    booked: OrderedDict[str, None] = field(default_factory=OrderedDict)
    released: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def add(self, free: int | None, revision: int, booked: Iterable[str], released: Iterable[str], force: bool) -> None:
        """Merge a later result. A forced one replaces the free places whatever their revision is."""
        if free is not None and (force or self.free is None or revision >= self.revision):
            self.free, self.revision = free, revision
        self.force = self.force or force
        for hold in booked:
            self.released.pop(hold, None)
            self.booked[hold] = None
        for hold in released:
            self.booked.pop(hold, None)
            self.released[hold] = None
        for holds in (self.booked, self.released):
            while len(holds) > MOST_HOLDS:
                holds.popitem(last=False)

    def arguments(self, *, complete: bool, remember_seconds: int, state_seconds: int) -> list[str | int]:
        """Return the ARGV for db/lua/seat_admission_settle.lua."""
        free = "" if self.free is None else self.free
        flags = (int(self.force), int(complete or self.complete))
        return [free, self.revision, *flags, remember_seconds, MOST_HOLDS, state_seconds, len(self.booked),
                *self.booked, *self.released]  # fmt: skip


class Settlements:
    """The waiting settlements by slot, oldest first."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[SlotKey, Settlement] = OrderedDict()

    def __len__(self) -> int:
        return len(self._waiting)

    def of(self, key: SlotKey) -> Settlement:
        """Return the waiting settlement of a slot, or add an empty one. Beyond the bound the oldest is dropped."""
        settlement = self._waiting.get(key)
        if settlement is None:
            if len(self._waiting) >= MOST_SLOTS:
                self._waiting.popitem(last=False)
            settlement = self._waiting[key] = Settlement()
        return settlement

    def take(self, most: int) -> list[tuple[SlotKey, Settlement]]:
        """Remove and return up to `most` settlements, oldest first."""
        return [self._waiting.popitem(last=False) for _ in range(min(most, len(self._waiting)))]

    def put_back(self, taken: Sequence[tuple[SlotKey, Settlement]]) -> None:
        """Put back settlements that could not be written. Results that were added meanwhile stay newer."""
        newer, self._waiting = self._waiting, OrderedDict(taken[-MOST_SLOTS:])
        for key, later_settlement in newer.items():
            settlement = self.of(key)
            settlement.add(
                later_settlement.free,
                later_settlement.revision,
                later_settlement.booked,
                later_settlement.released,
                later_settlement.force,
            )
            settlement.complete = settlement.complete or later_settlement.complete

    def drop(self, key: SlotKey) -> None:
        self._waiting.pop(key, None)
