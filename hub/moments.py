"""The moments: how a point in time is written on the wire (RFC 3339 in UTC) and made into a sortable id."""

import time
from datetime import UTC, datetime
from uuid import UUID

from hub.randomness import random_bytes


def rfc3339(moment: datetime) -> str:
    """Return e.g. `2026-11-20T09:00:00Z`, with milliseconds where there are any."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def sortable_uuid() -> UUID:
    """Return a version 7 UUID (RFC 9562): ids made together lie together in the index."""
    milliseconds = time.time_ns() // 1_000_000
    tail = int.from_bytes(random_bytes(10))
    return UUID(int=milliseconds << 80 | 7 << 76 | (tail >> 68) << 64 | 2 << 62 | tail & (1 << 62) - 1)
