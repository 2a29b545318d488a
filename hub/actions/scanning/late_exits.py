"""The deed of letting out those whose exit was heard of before their entry.

The scanner at the entry had no line when the one at the exit had: the exit was logged as NOT_INSIDE, and then the entry
comes, from before it. Without this they would be inside for the rest of the day.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from db.statements import load
from hub.rules.scan_requests import ScanRequest
from hub.services import Services

EXITS = load("scanning/exits")
_LATE = UUID("5b1f3c0e-6c8d-4d0e-9a3b-7c2f0e9d4a11")


async def late_exits(
    services: Services, org_id: int, venue_id: int, entries: Sequence[tuple[str, datetime]]
) -> list[ScanRequest]:
    """The exits at the venue that come after these entries (ticket code and moment) and let nobody out, in their order.

    Each has a `scan_id` made from the first one's, so that however often the queue is sent it is recorded once.
    """
    if not entries:
        return []
    codes, moments = zip(*entries, strict=True)
    rows = await services.database.fetch(EXITS.exits_before_their_entries, org_id, venue_id, codes, moments)
    return [
        ScanRequest(org_id, venue_id, row["operator_id"], row["operator_name"] or "", "exit", row["code"],
                     uuid5(_LATE, str(row["scan_id"])), row["left_at"], row["gate"], row["device"], "sync")
        for row in rows
    ]  # fmt: skip
