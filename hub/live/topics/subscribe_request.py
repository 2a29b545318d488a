"""Subscribe request: which topic a client wants to follow, of which venue and day, and through which filter."""

from datetime import date
from typing import NamedTuple


class SubscribeRequest(NamedTuple):
    """The last four are the filter of the topic `scans`."""

    topic: str
    day: date | None
    venue_id: int | None
    gate: str | None = None
    reason: str | None = None
    operator_id: int | None = None
    result: str | None = None
