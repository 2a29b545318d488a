"""Timer wheel: one timer for everything that is due per socket, instead of timers per socket.

Its time is counted in turns, at most one per half second. After this process was stopped or overloaded, the pongs of its
clients wait unread in the kernel. By the wheel's time they are not late.
"""

import logging
from typing import Protocol

TURN_SECONDS = 0.5
BUCKETS = 128


log = logging.getLogger(__name__)


class TimerItem(Protocol):
    bucket: int
    """The wheel's bucket; -1 if the item is not on the wheel."""

    def on_timer(self, now: float) -> float | None:
        """Do what is due at `now` (seconds of the wheel's time). Return the seconds until the next call, or None."""


class TimerWheel:
    def __init__(self) -> None:
        self.now = 0.0
        self._turn = 0
        self._buckets: list[set[TimerItem]] = [set() for _ in range(BUCKETS)]

    def put(self, item: TimerItem, seconds: float) -> None:
        """Call `item.on_timer` in `seconds` or up to a turn later; a time further off than one round is called early."""
        self.remove(item)
        turns = min(max(1, -int(-seconds // TURN_SECONDS)), BUCKETS - 1)
        item.bucket = (self._turn + turns) % BUCKETS
        self._buckets[item.bucket].add(item)

    def put_sooner(self, item: TimerItem, seconds: float) -> None:
        """Like `put`, unless the item is due earlier, so that a client cannot delay it."""
        turns = max(1, -int(-seconds // TURN_SECONDS))
        if item.bucket < 0 or (item.bucket - self._turn) % BUCKETS > turns:
            self.put(item, seconds)

    def remove(self, item: TimerItem) -> None:
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
                seconds = item.on_timer(self.now)
            except Exception:
                # A failure must not stop the other items of the bucket, and the item stays on the wheel.
                log.exception("wheel.due_failed")
                seconds = TURN_SECONDS
            if seconds is not None:
                self.put(item, seconds)
