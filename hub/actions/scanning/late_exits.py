"""The late exits: exits that reached the hub before their entry.

An offline scanner let in a holder whom the hub refuses, so their exit is logged as NOT_INSIDE. When a manager decides that they may
stay, the exit counts too. Else they would count as inside for the rest of the day.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from db import row_literals
from db.row_literals import text
from db.statements import load
from hub.actions.scanning.movements import write_movements
from hub.actions.scanning.scan_batch import PendingScan
from hub.actions.scanning.scan_verdicts import decide_exit_scan
from hub.events.announcements import Announcement
from hub.rules.decisions import Decision
from hub.rules.reasons import Reason
from hub.rules.scan_requests import ScanOperator, ScanRequest
from hub.rules.venue import Venue
from hub.rules.venue_day import today

EXITS = load("scanning/exits")
LATE = UUID("5b1f3c0e-6c8d-4d0e-9a3b-7c2f0e9d4a11")
"""The UUID namespace of scans that are decided again (`order_of_moments.py`)."""


async def record_late_exits(
    connection: Any, venue: Venue, code: str, entered_at: datetime, now: datetime
) -> tuple[list[Announcement], list[PendingScan]]:
    """Record the refused exits after this entry, oldest first, in the transaction that records it.

    Returns what is published after the commit. Each exit gets a `scan_id` made from the first one's, so that it is recorded once.
    """
    announcements: list[Announcement] = []
    recorded: list[PendingScan] = []
    for row in await connection.fetch(EXITS.exits_before_their_entries, venue.org_id, venue.id, [code], [entered_at]):
        request = ScanRequest.of(
            ScanOperator(venue.org_id, row["operator_id"], row["operator_name"] or ""), venue.id, "exit", row["code"], "sync",
            scan_id=uuid5(LATE, str(row["scan_id"])), scanned_at=row["left_at"], gate=row["gate"], device=row["device"],
            count=row["people"],
        )  # fmt: skip
        assert request.scan_id is not None
        asked = row_literals.rows([f"{request.org_id},{text(request.code)},{request.scan_id.hex},exit"])
        facts = await connection.fetchrow(EXITS.read_exit_scans, asked)
        scan = PendingScan(request, request.scan_id)
        decide_exit_scan(scan, facts, venue, now, today(now, venue.zone), {})
        assert isinstance(scan.answer, Decision)
        if facts["was_answered"] or scan.answer.verdict.reason is not Reason.EXIT_RECORDED or scan.movement is None:
            continue
        _, announced = await write_movements(connection, [scan.movement], now)
        announcements += announced
        recorded.append(scan)
    return announcements, recorded
