"""Count board: the state of one venue's day in this process, with the newest count of each slot by revision.

Every count is complete and has a revision. So the order, the repetition and the source of counts do not matter. Slots are
closed and not deleted, and a performance that leaves the day is counted once more without places. So nothing is ever removed from
the board. What plays in a slot comes with each reading of the day.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from hub.actions.reporting.counts import DayCounts, SlotShow, slot_as_dict
from hub.live.channels.versioned_state import VersionedState
from hub.live.protocol.event_bodies import CountsBody
from hub.rules.slot_capacity import SlotCount


class CountBoard(VersionedState):
    """The board. `revision` is the sum of all revisions, so equal states have equal revisions in every process."""

    __slots__ = (
        "_changed",
        "_revision",
        "_shows",
        "_slots",
        "date",
        "exited",
        "movements_revision",
        "reentered",
        "venue_id",
        "walk_ins",
        "walk_ins_revision",
    )

    def __init__(self, venue_id: int, day: date) -> None:
        super().__init__()
        self.venue_id = venue_id
        self.date = day
        self._revision = 0
        self.walk_ins = 0
        self.walk_ins_revision = 0
        self.exited = 0
        self.reentered = 0
        self.movements_revision = 0
        self._slots: dict[int, SlotCount] = {}
        self._shows: dict[int, SlotShow] = {}
        self._changed: dict[int, int] = {}

    @property
    def revision(self) -> int:
        return self._revision

    def merge_slot(self, count: SlotCount) -> bool:
        """Keep `count` if it is newer; return whether it was."""
        known = self._slots.get(count.slot_id)
        if known is not None and known.revision >= count.revision:
            return False
        self._slots[count.slot_id] = count
        self._grow(count.revision - (known.revision if known else 0))
        self._changed[count.slot_id] = self.version
        return True

    def merge_walk_ins(self, entered: int, revision: int) -> bool:
        if revision <= self.walk_ins_revision:
            return False
        self._grow(revision - self.walk_ins_revision)
        self.walk_ins, self.walk_ins_revision = entered, revision
        return True

    def merge_movements(self, exited: int, reentered: int, revision: int) -> bool:
        if revision <= self.movements_revision:
            return False
        self._grow(revision - self.movements_revision)
        self.exited, self.reentered, self.movements_revision = exited, reentered, revision
        return True

    def merge_shows(self, shows: Mapping[int, SlotShow]) -> int:
        """Keep what plays in the slots; return how many changed. A title has no revision, so the newest reading counts."""
        news = [slot_id for slot_id, show in shows.items() if self._shows.get(slot_id) != show]
        for slot_id in news:
            self._shows[slot_id] = shows[slot_id]
            if slot_id in self._slots:
                self._count_changes()
                self._changed[slot_id] = self.version
        return len(news)

    def merge_day(self, day: DayCounts) -> int:
        """Merge the counts in Postgres; return how many were newer."""
        news = sum(self.merge_slot(count) for count in day.slots) + self.merge_shows(day.shows)
        news += self.merge_walk_ins(day.walk_ins, day.walk_ins_revision)
        return news + self.merge_movements(day.exited, day.reentered, day.movements_revision)

    def snapshot(self) -> CountsBody:
        return self._body(self._slots.values())

    def body_since(self, version: int) -> CountsBody:
        return self._body(count for slot_id, count in self._slots.items() if self._changed[slot_id] > version)

    def _grow(self, by: int) -> None:
        self._count_changes()
        self._revision += by

    def _body(self, slots: Iterable[SlotCount]) -> CountsBody:
        verified, booked, capacity = self.walk_ins, 0, 0
        for count in self._slots.values():
            verified += count.verified
            booked += count.booked
            show = self._shows.get(count.slot_id)
            capacity += 0 if show is not None and show.is_cancelled else count.capacity
        ordered = sorted(slots, key=lambda count: (count.start_time, count.slot_id))
        return {
            "date": self.date,
            "venue_id": self.venue_id,
            "verified": verified,
            "booked": booked,
            "capacity": capacity,
            # Counts of different rows arrive one after another, so an exit may be known shortly before its entry.
            "inside": max(0, verified - self.exited + self.reentered),
            "exited": self.exited,
            "reentered": self.reentered,
            "slots": [slot_as_dict(count, self._shows) for count in ordered],
        }
