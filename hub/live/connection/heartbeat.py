"""The heartbeat: when a client is pinged, and when its silence means that it is gone or does not read.

Only a pong counts. A client that sends but never reads, or that drips half a frame byte by byte, looks alive by every
other measure.
"""

import random
from typing import NamedTuple

PING_SECONDS = (16.0, 19.0)
"""Between two pings, drawn for each, so that sockets opened together do not answer together."""
WATCHER_PING_SECONDS = 4.0
"""The same for a client that was sent events since: the kernels between us would take many more unread."""
PONG_SECONDS = 7.0


class Beat(NamedTuple):
    """How often one kind of client is pinged, and how long it may take."""

    ping: tuple[float, float]
    watcher_ping: float
    pong: float


STAFF_BEAT = Beat(PING_SECONDS, WATCHER_PING_SECONDS, PONG_SECONDS)


class Heartbeat:
    __slots__ = ("_after", "_asked_at", "_beat", "_pinged_at", "_written")

    def __init__(self, now: float, beat: Beat = STAFF_BEAT) -> None:
        self._beat = beat
        self._pinged_at = now
        self._after = random.uniform(*beat.ping)  # noqa: S311 - jitter
        self._asked_at: float | None = None
        self._written = 0

    def pong(self) -> None:
        self._asked_at = None

    def is_overdue(self, now: float) -> bool:
        return self._asked_at is not None and now - self._asked_at >= self._beat.pong

    def wants_ping(self, now: float, watching: bool, written: int) -> bool:
        """`written` counts the frames the client was sent so far."""
        if self._asked_at is not None:
            return False
        quiet = now - self._pinged_at
        return quiet >= self._after or (watching and quiet >= self._beat.watcher_ping and written != self._written)

    def pinged(self, now: float, written: int) -> None:
        self._pinged_at = self._asked_at = now
        self._after = random.uniform(*self._beat.ping)  # noqa: S311 - jitter
        self._written = written

    def seconds_to_next(self, now: float, watching: bool) -> float:
        if self._asked_at is not None:
            return self._asked_at + self._beat.pong - now
        return self._beat.watcher_ping if watching else self._pinged_at + self._after - now
