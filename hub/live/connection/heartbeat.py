"""Heartbeat: when a client is pinged, and when a missing pong means that it is gone or does not read.

Only a pong counts. Otherwise a client that sends but never reads, or sends half a frame byte by byte, would seem alive.
"""

import random
from typing import NamedTuple

PING_SECONDS = (16.0, 19.0)
"""Bounds of the random seconds between two pings, so that sockets opened together do not answer together."""
SUBSCRIBER_PING_SECONDS = 4.0
"""Seconds for a subscriber that was sent events since its last ping, because the kernels may hold many unread ones."""
PONG_SECONDS = 7.0


class HeartbeatTimes(NamedTuple):
    """Seconds between pings of one kind of client, and the time limit of its pong."""

    ping: tuple[float, float]
    subscriber_ping: float
    pong: float


STAFF_HEARTBEAT = HeartbeatTimes(PING_SECONDS, SUBSCRIBER_PING_SECONDS, PONG_SECONDS)


class Heartbeat:
    __slots__ = ("_after", "_asked_at", "_pinged_at", "_times", "_written")

    def __init__(self, now: float, times: HeartbeatTimes = STAFF_HEARTBEAT) -> None:
        self._times = times
        self._pinged_at = now
        self._after = random.uniform(*times.ping)  # noqa: S311 - jitter
        self._asked_at: float | None = None
        self._written = 0

    def pong(self) -> None:
        self._asked_at = None

    def is_overdue(self, now: float) -> bool:
        return self._asked_at is not None and now - self._asked_at >= self._times.pong

    def wants_ping(self, now: float, is_subscribed: bool, written: int) -> bool:
        """`written` counts the frames the client was sent so far."""
        if self._asked_at is not None:
            return False
        quiet = now - self._pinged_at
        return quiet >= self._after or (
            is_subscribed and quiet >= self._times.subscriber_ping and written != self._written
        )

    def pinged(self, now: float, written: int) -> None:
        self._pinged_at = self._asked_at = now
        self._after = random.uniform(*self._times.ping)  # noqa: S311 - jitter
        self._written = written

    def seconds_to_next(self, now: float, is_subscribed: bool) -> float:
        if self._asked_at is not None:
            return self._asked_at + self._times.pong - now
        return self._times.subscriber_ping if is_subscribed else self._pinged_at + self._after - now
