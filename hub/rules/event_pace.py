"""The pace of webhook events: in a rush of scans a bounded number a second leaves, so that the door has the processor.

A gate sees a visitor every second or two, so a rush is thousands of visitors a second. The rest leaves when it is over. Below a rush no event waits.
"""

from __future__ import annotations

from collections import deque

RUSH = 2_000
"""Scans with an event, of one organisation, per second. Above it its events are paced."""
RUSH_SECONDS = 2.0
"""Seconds over which scans are counted: what a few scanners hand in at once, after a time without a network, is no rush."""
PACE = 1_200
"""Events per second that leave in a rush. The promise is 1,000."""
TURN_SECONDS = 1.0
"""Seconds between two turns in a rush. A turn costs its statements whatever it moves."""


class EventPace:
    """The pace of one organisation. Times are seconds of a monotonic clock."""

    def __init__(self, now: float) -> None:
        self._arrived: deque[tuple[float, int]] = deque()
        self._turn_at = now

    def arrive(self, scans: int, now: float) -> None:
        """Count scans that have an event."""
        self._arrived.append((now, scans))

    def in_a_rush(self, now: float) -> bool:
        while self._arrived and self._arrived[0][0] <= now - RUSH_SECONDS:
            self._arrived.popleft()
        return sum(scans for _, scans in self._arrived) > RUSH * RUSH_SECONDS

    def take_turn(self, now: float) -> int | None:
        """Return how many events may leave now: None for all of them, and 0 in a rush before the next turn."""
        waited = now - self._turn_at
        if self.in_a_rush(now):
            if waited < TURN_SECONDS:
                return 0
            self._turn_at = now
            return int(PACE * min(waited, 2 * TURN_SECONDS))
        self._turn_at = now
        return None


def rest_after(events: int) -> float:
    """Return the seconds that a webhook rests in a rush after so many events. It is half of their time, because sending takes some too."""
    return events / (2 * PACE)
