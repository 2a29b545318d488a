"""The tick: what has changed is told to the watchers of a room together, at most so often, however often it changes."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from typing import Protocol

LEAD_SECONDS = 0.005
"""After a quiet time the first change waits only this long, for what was committed together with it."""
AT_ONCE = 128
"""Watchers served before the loop gets its turn."""
LONGEST_SECONDS = 1.0

log = logging.getLogger(__name__)


class Nudged(Protocol):
    def nudge(self) -> None:
        """There is something new: offer it to the socket."""


class Told(Protocol):
    def to_tell(self) -> Iterable[Nudged]:
        """Who is to hear of what has changed since the last tick."""


class Tick:
    """`per_watcher` stretches the time between two ticks, up to `LONGEST_SECONDS`, by how many were told at the last one:
    telling a crowd must not take the loop away from those who book."""

    def __init__(self, seconds: float, *, per_watcher: float = 0.0) -> None:
        self._seconds = seconds
        self._per_watcher = per_watcher
        self._dirty: set[Told] = set()
        self._to_nudge: deque[Nudged] = deque()
        self._timer: asyncio.Handle | None = None
        self._not_before = 0.0

    def changed(self, room: Told) -> None:
        self._dirty.add(room)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time() + LEAD_SECONDS, self._not_before), self._tell)

    def _tell(self) -> None:
        rooms, self._dirty = self._dirty, set()
        for room in rooms:
            try:
                self._to_nudge.extend(room.to_tell())
            except Exception:
                log.exception("room.failed")  # the others are told all the same
        stretched = max(self._seconds, min(LONGEST_SECONDS, self._per_watcher * len(self._to_nudge)))
        self._not_before = asyncio.get_running_loop().time() + stretched
        self._tell_some()

    def _tell_some(self) -> None:
        for _ in range(min(AT_ONCE, len(self._to_nudge))):
            try:
                self._to_nudge.popleft().nudge()
            except Exception:
                log.exception("watch.failed")
        loop = asyncio.get_running_loop()
        if self._to_nudge:
            self._timer = loop.call_soon(self._tell_some)
        elif self._dirty:
            self._timer = loop.call_at(self._not_before, self._tell)
        else:
            self._timer = None

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
