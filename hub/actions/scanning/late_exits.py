"""The late exits: exits that reached the hub before their entries.

The scanner at the entrance was offline while the one at the exit was not. The exit was logged as NOT_INSIDE, and then the
earlier entry is synced. Without this action the holder would count as inside for the rest of the day.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from db.statements import load
from hub.rules.scan_requests import ScanOperator, ScanRequest
from hub.services import Services

EXITS = load("scanning/exits")
LATE = UUID("5b1f3c0e-6c8d-4d0e-9a3b-7c2f0e9d4a11")
"""The UUID namespace of scans that are decided again (`order_of_moments.py`)."""


async def late_exits(
    services: Services, org_id: int, venue_id: int, entries: Sequence[tuple[str, datetime]]
) -> list[ScanRequest]:
    """Return the refused exits at the venue that come after these entries (ticket code and moment), oldest first.

    Each gets a `scan_id` made from the first one's, so that it is recorded once however often the queue is sent.
    """
    if not entries:
        return []
    codes, moments = zip(*entries, strict=True)
    rows = await services.database.fetch(EXITS.exits_before_their_entries, org_id, venue_id, codes, moments)
    return [
        ScanRequest.of(
            ScanOperator(org_id, row["operator_id"], row["operator_name"] or ""),
            venue_id,
            "exit",
            row["code"],
            "sync",
            scan_id=uuid5(LATE, str(row["scan_id"])),
            scanned_at=row["left_at"],
            gate=row["gate"],
            device=row["device"],
            count=row["people"],
        )
        for row in rows
    ]
