"""Message rate: the number of messages that a socket may send, with bursts.

This is not the operator's HTTP limit: a busy gate (two scans per second, bursts of twenty) never reaches it. It stops a faulty
client, which first gets refusals and is then disconnected if it does not slow down.
"""

from enum import Enum
from typing import NamedTuple

from hub.settings import Rate


class MessageLimit(NamedTuple):
    per_second: float
    burst: int


USUAL_LIMIT = MessageLimit(50.0, 200)
MOST_REFUSALS = 500
"""Refusals after which the socket is closed, unless the whole burst was free again in between."""


class Passage(Enum):
    ALLOWED = 0
    REFUSED = 1
    DISCONNECT = 2


def message_limit(operator: Rate | None) -> MessageLimit | None:
    """Return the limit of a socket by the operator's HTTP limit: None if that is off, higher if that is higher."""
    if operator is None:
        return None
    per_second = max(USUAL_LIMIT.per_second, operator.count / operator.seconds)
    return MessageLimit(per_second, max(USUAL_LIMIT.burst, int(4 * per_second)))


class MessageRate:
    """A limiter by GCRA. `_due` is the time at which the messages allowed so far would be used up at the steady rate."""

    __slots__ = ("_burst_seconds", "_due", "_interval", "_refused")

    def __init__(self, limit: MessageLimit) -> None:
        self._interval = 1 / limit.per_second
        self._burst_seconds = (limit.burst - 1) / limit.per_second
        self._due = 0.0
        self._refused = 0

    def admit(self, now: float) -> Passage:
        due = self._due
        if due <= now:
            due = now
            self._refused = 0
        if due - now > self._burst_seconds:
            self._refused += 1
            return Passage.DISCONNECT if self._refused > MOST_REFUSALS else Passage.REFUSED
        self._due = due + self._interval
        return Passage.ALLOWED
