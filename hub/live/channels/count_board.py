"""The count board: one venue's day as this process knows it, the newest count of each slot by revision.

Every fact is whole and carries a revision, so it does not matter in which order, how often or by which way it arrives.
Slots are closed, never deleted: nothing ever leaves the board.
"""

from datetime import date
from typing import Any

from hub.actions.reporting.counts import DayCounts
from hub.live.protocol import frames
from hub.rules.slot_capacity import SlotCount


class CountBoard:
    """`version` counts the changes seen here; a watcher remembers the version it was last sent.

    `revision` is the sum of all revisions, so equal state means equal revision in every process.
    """

    __slots__ = (
        "_changed",
        "_slots",
        "_tails",
        "date",
        "exited",
        "movements_revision",
        "reentered",
        "revision",
        "venue_id",
        "version",
        "walk_ins",
        "walk_ins_revision",
    )

    def __init__(self, venue_id: int, day: date) -> None:
        self.venue_id = venue_id
        self.date = day
        self.version = 0
        self.revision = 0
        self.walk_ins = 0
        self.walk_ins_revision = 0
        self.exited = 0
        self.reentered = 0
        self.movements_revision = 0
        self._slots: dict[int, SlotCount] = {}
        self._changed: dict[int, int] = {}
        self._tails: dict[int, bytes] = {}

    def take_slot(self, count: SlotCount) -> bool:
        """Keep `count` if it is newer; say whether it was."""
        known = self._slots.get(count.slot_id)
        if known is not None and known.revision >= count.revision:
            return False
        self._slots[count.slot_id] = count
        self._changes(count.revision - (known.revision if known else 0))
        self._changed[count.slot_id] = self.version
        return True

    def take_walk_ins(self, entered: int, revision: int) -> bool:
        if revision <= self.walk_ins_revision:
            return False
        self._changes(revision - self.walk_ins_revision)
        self.walk_ins, self.walk_ins_revision = entered, revision
        return True

    def take_movements(self, exited: int, reentered: int, revision: int) -> bool:
        if revision <= self.movements_revision:
            return False
        self._changes(revision - self.movements_revision)
        self.exited, self.reentered, self.movements_revision = exited, reentered, revision
        return True

    def take_day(self, day: DayCounts) -> int:
        """Merge what Postgres holds; return how much of it was news."""
        news = sum(self.take_slot(count) for count in day.slots)
        news += self.take_walk_ins(day.walk_ins, day.walk_ins_revision)
        return news + self.take_movements(day.exited, day.reentered, day.movements_revision)

    def snapshot(self) -> dict[str, Any]:
        """The contract's `counts` data, whole."""
        return self._data(self._slots.values())

    def tail_since(self, version: int) -> bytes:
        """The shared part of the event that brings a watcher from `version` to now; encoded once for all who are there."""
        tail = self._tails.get(version)
        if tail is None:
            changed = [count for slot_id, count in self._slots.items() if self._changed[slot_id] > version]
            tail = self._tails[version] = frames.event_tail(self.revision, self._data(changed))
        return tail

    def _changes(self, by: int) -> None:
        self.version += 1
        self.revision += by
        self._tails.clear()

    def _data(self, slots: Any) -> dict[str, Any]:
        verified, booked, capacity = self.walk_ins, 0, 0
        for count in self._slots.values():
            verified += count.verified
            booked += count.booked
            capacity += count.capacity
        ordered = sorted(slots, key=lambda count: (count.start_time, count.slot_id))
        return {
            "date": self.date,
            "venue_id": self.venue_id,
            "verified": verified,
            "booked": booked,
            "capacity": capacity,
            # Counts of different rows arrive one after the other: for a moment an exit may be known before its entry.
            "inside": max(0, verified - self.exited + self.reentered),
            "exited": self.exited,
            "reentered": self.reentered,
            "slots": [count.as_dict() for count in ordered],
        }
