"""The one clock: every moment the product reasons about comes from here, so that tests and rehearsals can set it.

Durations (timeouts, latencies, back-off) use `time.monotonic()` instead and are not affected by an offset.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    def __init__(self, offset_seconds: float = 0.0) -> None:
        self._offset = offset_seconds

    def now(self) -> datetime:
        """The current moment, aware, in UTC."""
        return datetime.fromtimestamp(time.time() + self._offset, UTC)

    @property
    def offset_seconds(self) -> float:
        return self._offset

    def advance(self, seconds: float) -> None:
        self._offset += seconds

    def set(self, moment: datetime) -> None:
        """Jump to `moment` and tick on from there."""
        if moment.tzinfo is None:
            raise ValueError("the clock is set with an aware datetime")
        self._offset = moment.timestamp() - time.time()
