"""The scan history: an operator's own scans, newest first."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from db.statements import load
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from hub.services import Services

ENTRIES = load("scanning/entries")
MOST = 200


async def own_history(
    services: Services, *, org_id: int, operator_id: int, limit: int, before: str | None
) -> dict[str, Any]:
    """Return at most `limit` scans (1 to 200), and the cursor `next` for older ones, None at the end.

    `before` is such a cursor. Refuses INVALID_REQUEST for a malformed one.
    """
    limit = max(1, min(limit, MOST))
    moment, scan_id = _cursor(before) if before else (None, None)
    rows = await services.database.scans.fetch(ENTRIES.own_history, org_id, operator_id, moment, scan_id, limit + 1)
    page = rows[:limit]
    more = len(rows) > limit
    cursor = f"{page[-1]['logged_at'].isoformat()}_{page[-1]['scan_id']}" if more else None
    return {"scans": [_scan(row) for row in page], "next": cursor}


def _scan(row: Any) -> dict[str, Any]:
    return {
        "scan_id": str(row["scan_id"]),
        "mode": row["mode"],
        "ticket_code": row["code"],
        "ticket_id": row["ticket_id"],
        "gate": row["gate"],
        "result": row["result"],
        "reason": row["reason"],
        "entered": row["entered"],
        "people": row["people"],
        "admitted": row["admitted"],
        "undone": row["undone_by"] is not None,
        "undoes": str(row["undoes"]) if row["undoes"] else None,
        "note": row["note"],
        "scanned_at": rfc3339(row["scanned_at"]),
        "logged_at": rfc3339(row["logged_at"]),
    }


def _cursor(text: str) -> tuple[datetime, UUID]:
    try:
        moment, _, scan_id = text.partition("_")
        at = datetime.fromisoformat(moment.replace(" ", "+"))
        if at.tzinfo is None:
            raise ValueError("a cursor without a time zone")
        # Convert to UTC here: a timestamp at the edge of the calendar may have no UTC form, and would be an error in SQL.
        return at.astimezone(UTC), UUID(scan_id)
    except (ValueError, OverflowError):
        errors = [{"field": "before", "message": "Give the `next` of the page before"}]
        raise Refused(Reason.INVALID_REQUEST, errors=errors) from None
