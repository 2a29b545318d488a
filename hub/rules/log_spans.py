"""Log spans: how much of a long log one statement looks through, when almost nothing in it passes a filter.

A filter that nothing passes reads all of the log, which at ten million scans takes longer than a statement may. So the log is read span by
span, newest first, and each span is as long as the last ones were quick.
"""

from datetime import UTC, datetime, timedelta

FIRST_SPAN = timedelta(days=1)
SHORTEST_SPAN = timedelta(minutes=10)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Earlier than every scan."""
QUICK_SECONDS = 0.1
SLOW_SECONDS = 0.5
"""Seconds of a statement: far from the 2.5 s after which it is cancelled, whatever else the server does."""


def next_span(span: timedelta, seconds: float) -> timedelta:
    """Return the length of the next span, if a statement over this one took so many seconds."""
    if seconds < QUICK_SECONDS:
        return 4 * span
    return max(span / 2, SHORTEST_SPAN) if seconds > SLOW_SECONDS else span


def shorter_span(span: timedelta) -> timedelta:
    """Return the length of the span to try instead of one whose statement was cancelled."""
    return max(span / 8, SHORTEST_SPAN)
