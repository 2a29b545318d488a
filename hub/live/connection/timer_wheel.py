"""The wheel: one timer for everything that is due per socket, instead of timers per socket.

Its time is counted in turns, at most one each half second. When this process was stopped or overloaded for a while, its
clients' answers lie unread in the kernel; by this clock they are not late.
"""

import logging
from typing import Protocol

TURN_SECONDS = 0.5
BUCKETS = 128


log = logging.getLogger(__name__)


class Due(Protocol):
    bucket: int
    """Where the wheel put it; -1 when it is not on the wheel."""

    def due(self, now: float) -> float | None:
        """Do what is due at `now` (seconds of the wheel's time); return in how many seconds to call again, if ever."""


class Wheel:
    def __init__(self) -> None:
        self.now = 0.0
        self._turn = 0
        self._buckets: list[set[Due]] = [set() for _ in range(BUCKETS)]

    def put(self, item: Due, seconds: float) -> None:
        """Call `item.due` in `seconds` or up to a turn later; further off than the wheel is round, it is called early."""
        self.remove(item)
        turns = min(max(1, -int(-seconds // TURN_SECONDS)), BUCKETS - 1)
        item.bucket = (self._turn + turns) % BUCKETS
        self._buckets[item.bucket].add(item)

    def put_sooner(self, item: Due, seconds: float) -> None:
        """As `put`, unless the item comes up before that anyway: what a client does must not put off what is due."""
        turns = max(1, -int(-seconds // TURN_SECONDS))
        if item.bucket < 0 or (item.bucket - self._turn) % BUCKETS > turns:
            self.put(item, seconds)

    def remove(self, item: Due) -> None:
        if item.bucket >= 0:
            self._buckets[item.bucket].discard(item)
            item.bucket = -1

    def turn(self) -> None:
        self._turn = (self._turn + 1) % BUCKETS
        self.now += TURN_SECONDS
        due, self._buckets[self._turn] = self._buckets[self._turn], set()
        for item in due:
            item.bucket = -1
            try:
                seconds = item.due(self.now)
            except Exception:
                # One that fails must not take along the others of its bucket, nor be forgotten itself.
                log.exception("wheel.due_failed")
                seconds = TURN_SECONDS
            if seconds is not None:
                self.put(item, seconds)
