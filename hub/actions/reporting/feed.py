"""The scan feed: the newest scans of a venue's log, for the snapshot of a new subscriber."""

from datetime import datetime
from typing import Any, NamedTuple

from db.statements import load
from hub.events.scan_events import LoggedScan
from hub.services import Services

FEED = load("reporting/feed")


class FeedFilter(NamedTuple):
    """A filter of a venue's scans. A field that is None admits everything."""

    gate: str | None = None
    reason: str | None = None
    operator_id: int | None = None
    result: str | None = None

    def lets(self, seen: LoggedScan) -> bool:
        return (
            (self.gate is None or seen.gate == self.gate)
            and (self.reason is None or seen.reason == self.reason)
            and (self.operator_id is None or seen.operator_id == self.operator_id)
            and (self.result is None or seen.result == self.result)
        )


async def latest_scans(
    services: Services, org_id: int, venue_id: int, feed_filter: FeedFilter, *, since: datetime, limit: int
) -> list[LoggedScan]:
    """Return the newest scans that pass the filter and were logged since a given time, oldest first."""
    rows = await services.database.fetch(FEED.latest_scans, org_id, venue_id, since, *feed_filter, limit)
    return [_seen(org_id, venue_id, row) for row in rows]


def _seen(org_id: int, venue_id: int, row: Any) -> LoggedScan:
    later = row["scanned_at"] if row["source"] == "sync" else row["logged_at"]
    return LoggedScan(org_id, venue_id, row["scan_id"], row["logged_at"], later, row["gate"], row["operator_id"],
                row["operator_name"] or "", row["mode"], row["source"], row["result"], row["reason"], row["entered"],
                row["code"], row["ticket_id"], people=row["people"], slot_id=row["slot_id"])  # fmt: skip
