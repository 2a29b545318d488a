"""The pace: how many messages one socket may send, with room for bursts.

Not the operator's HTTP limit: a fast lane (two scans a second, bursts of twenty) must never meet it. Its business is a
client gone wild, which first gets refusals and then, when it does not calm down, is put out.
"""

from enum import Enum
from typing import NamedTuple

from hub.settings import Rate


class Limit(NamedTuple):
    per_second: float
    burst: int


USUAL = Limit(50.0, 200)
PATIENCE = 500
"""Refusals without one calm moment (the whole burst free again), then the socket is closed."""


class Verdict(Enum):
    GO = 0
    WAIT = 1
    OUT = 2


def limit(operator: Rate | None) -> Limit | None:
    """The socket's limit under the operator's: none where that is off, wider where that is wider."""
    if operator is None:
        return None
    per_second = max(USUAL.per_second, operator.count / operator.seconds)
    return Limit(per_second, max(USUAL.burst, int(4 * per_second)))


class Pace:
    """GCRA: `_due` is when the messages let through so far would be used up at the steady rate."""

    __slots__ = ("_due", "_limit", "_refused")

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._due = 0.0
        self._refused = 0

    def admit(self, now: float) -> Verdict:
        due = self._due
        if due <= now:
            due = now
            self._refused = 0
        per_second, burst = self._limit
        if due - now > (burst - 1) / per_second:
            self._refused += 1
            return Verdict.OUT if self._refused > PATIENCE else Verdict.WAIT
        self._due = due + 1 / per_second
        return Verdict.GO
