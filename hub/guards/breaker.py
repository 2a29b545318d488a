"""The circuit breaker: after three failures in a row it admits no calls for two seconds, then one call as a probe."""

from __future__ import annotations

import time

FAILURES = 3
OPEN_SECONDS = 2.0


class Breaker:
    """Ask `admits` before a call, and report `success` or `failure` after it. While open it admits one per `open_seconds`."""

    def __init__(self, *, failures: int = FAILURES, open_seconds: float = OPEN_SECONDS) -> None:
        self._limit = failures
        self._open_seconds = open_seconds
        self._failed = 0
        self._retry_at = 0.0

    @property
    def is_open(self) -> bool:
        return self._failed >= self._limit

    def admits(self) -> bool:
        """Return whether a call may be made now. While open this is True once per `open_seconds`, for the probe."""
        if self._failed < self._limit:
            return True
        now = time.monotonic()
        if now < self._retry_at:
            return False
        self._retry_at = now + self._open_seconds
        return True

    def success(self) -> None:
        self._failed = 0

    def failure(self) -> None:
        self._failed += 1
        if self._failed >= self._limit:
            self._retry_at = time.monotonic() + self._open_seconds
