"""The rules of deliveries: when an event is tried again, when it is given up, and when a receiver counts as down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

FIRST_WAIT, WAIT_FACTOR, LONGEST_WAIT = 5.0, 3.0, 3600.0
"""Seconds until the second try of an event, the factor from one wait to the next, and the longest wait."""
GIVE_UP_AFTER = timedelta(days=3)
"""Time from the first failure of an event until it is given up."""
DOWN_AFTER = 5
"""Failed requests in a row after which a receiver counts as down. It then gets one request at a time until one succeeds."""
FIRST_REST, LONGEST_REST = 5.0, 900.0
"""Seconds until a receiver that is down is asked again; they double up to the longest."""
_JITTER = 0.2
_SKEW = 60.0
"""Seconds by which the clocks of two processes may differ without anything being wrong."""


def next_attempt(attempts: int, now: datetime, chance: Callable[[], float]) -> datetime:
    """Return when an event is tried again after so many failed tries. `chance` gives a number from 0 to 1."""
    return _later(now, min(FIRST_WAIT * WAIT_FACTOR ** min(attempts - 1, 16), LONGEST_WAIT), chance)


def is_given_up(first_failed_at: datetime, now: datetime) -> bool:
    return now - first_failed_at >= GIVE_UP_AFTER


def is_down(failures: int) -> bool:
    return failures >= DOWN_AFTER


def asked_again(failures: int, now: datetime, chance: Callable[[], float]) -> datetime | None:
    """Return when a receiver with so many failures in a row is asked again; None for at once, because it is not down."""
    if not is_down(failures):
        return None
    return _later(now, min(FIRST_REST * 2.0 ** min(failures - DOWN_AFTER, 16), LONGEST_REST), chance)


def latest_attempt(now: datetime) -> datetime:
    """Return the latest time that `next_attempt` may have given. A later one was written while a clock was ahead."""
    return now + timedelta(seconds=LONGEST_WAIT * (1 + _JITTER) + _SKEW)


def latest_rest(now: datetime) -> datetime:
    """Return the latest time that `asked_again` may have given, as `latest_attempt` does."""
    return now + timedelta(seconds=LONGEST_REST * (1 + _JITTER) + _SKEW)


def _later(now: datetime, seconds: float, chance: Callable[[], float]) -> datetime:
    return now + timedelta(seconds=seconds * (1 - _JITTER + 2 * _JITTER * chance()))
