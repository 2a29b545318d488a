"""The clock: the only source of the current time, so that tests and rehearsals can set it.

Durations (timeouts, latencies, back-off) use `time.monotonic()` instead and are not affected by an offset.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    def __init__(self, offset_seconds: float = 0.0) -> None:
        self._offset = offset_seconds

    def now(self) -> datetime:
        """Return the current time as an aware datetime in UTC."""
        return datetime.fromtimestamp(time.time() + self._offset, UTC)

    @property
    def offset_seconds(self) -> float:
        return self._offset

    def advance(self, seconds: float) -> None:
        self._offset += seconds

    def set(self, moment: datetime) -> None:
        """Set the clock to `moment`; it runs on from there."""
        if moment.tzinfo is None:
            raise ValueError("the clock is set with an aware datetime")
        self._offset = moment.timestamp() - time.time()
