"""Subscribe request: the topic, venue, day and filter that a client subscribes to."""

from datetime import date
from typing import NamedTuple


class SubscribeRequest(NamedTuple):
    """The fields of the command. The last four are the filter of the topic `scans`."""

    topic: str
    day: date | None
    venue_id: int | None
    gate: str | None = None
    reason: str | None = None
    operator_id: int | None = None
    result: str | None = None
