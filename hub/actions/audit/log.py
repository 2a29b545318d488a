"""The audit log as administrators read it: newest first, by filter, page by page, and whole for an export."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue_day import midnight
from hub.services import Services

AUDIT_LOG = load("audit/audit_log")
MOST = 200
EXPORT_PAGE = 1000
"""Rows of an export in memory at a time."""
LOOKED_AT = 10_000
"""Rows that one page of a search looks through. The next page goes on from there, so no page takes longer than a moment."""
SOURCES = ("page", "api", "command", "setup", "job", "visitor")
KINDS = tuple(dict.fromkeys(action.value.partition(".")[0] for action in AuditAction))
"""What may change: the first words of all actions."""
_END = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What a list of changes shows. None filters nothing. The days are those of `zone`; `text` is a part of any value."""

    first: date | None = None
    last: date | None = None
    staff_id: int | None = None
    action: str | None = None
    kind: str | None = None
    subject_id: str | None = None
    source: str | None = None
    venue_id: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change. `action` may be one that this version of the hub does not know any more."""

    id: int
    at: datetime
    staff_id: int | None
    staff_name: str
    source: str
    client_ip: str | None
    action: str
    subject_id: str
    venue_id: int | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Place(NamedTuple):
    """A position in the log. Reading continues with the older entries."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.id}"


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page. `next` is the `before` of the following page; None at the end. A page of a search may be empty before the end."""

    entries: list[AuditEntry]
    next: Place | None


async def read_audit_log(
    services: Services, by: Actor, zone: ZoneInfo, wanted: AuditFilter, *, before: Place | None = None, limit: int = 50
) -> AuditPage:
    """Return the newest changes before a place in the log: of the organisation, or of the venues where `by` may act."""
    limit = max(1, min(limit, MOST))
    looked_at = limit + 1 if wanted.text is None else LOOKED_AT
    rows = await _rows(services, by, zone, wanted, before, looked_at=looked_at, most=limit + 1)
    found = [_entry(row) for row in rows if row["id"] is not None]
    if len(found) > limit:
        return AuditPage(found[:limit], Place(found[limit - 1].at, found[limit - 1].id))
    ended = rows[0]["looked"] < looked_at or wanted.text is None
    return AuditPage(found, None if ended else Place(rows[0]["last_at"], rows[0]["last_id"]))


async def every_entry(
    services: Services, by: Actor, zone: ZoneInfo, wanted: AuditFilter
) -> AsyncIterator[list[AuditEntry]]:
    """Yield all matching changes, newest first, in pages. A page is read when the caller asks for it."""
    place: Place | None = None
    while True:
        rows = await _rows(services, by, zone, wanted, place, looked_at=EXPORT_PAGE, most=EXPORT_PAGE)
        yield [_entry(row) for row in rows if row["id"] is not None]
        if rows[0]["looked"] < EXPORT_PAGE:
            return
        place = Place(rows[0]["last_at"], rows[0]["last_id"])


async def who_may_change(services: Services, by: Actor) -> list[tuple[int, str]]:
    """Return the ids and names of the staff, for the filter: of the organisation, or who works where `by` may act."""
    rows = await services.database.records.fetch(AUDIT_LOG.who_may_change, by.org_id, list(by.venue_ids))
    return [(row["id"], row["name"]) for row in rows]


def place_of(text: str) -> Place:
    """Return the place that a cursor names. Refuses INVALID_REQUEST."""
    moment, _, number = text.partition("_")
    try:
        at = datetime.fromisoformat(moment.replace(" ", "+"))
        if at.tzinfo is None or not number.isascii() or not number.isdigit() or len(number) > 16:
            raise ValueError("no place in the log")
        return Place(at.astimezone(UTC), int(number))
    except (ValueError, OverflowError):
        errors = [{"field": "before", "message": "Give the `next` of the page before"}]
        raise Refused(Reason.INVALID_REQUEST, errors=errors) from None


async def _rows(
    services: Services,
    by: Actor,
    zone: ZoneInfo,
    wanted: AuditFilter,
    before: Place | None,
    *,
    looked_at: int,
    most: int,
) -> list[Any]:
    start = midnight(wanted.first, zone) if wanted.first else None
    end = midnight(wanted.last + timedelta(days=1), zone) if wanted.last else None
    at, number = before or (_END, BEYOND)
    async with services.database.records.transaction() as connection:
        await connection.execute(AUDIT_LOG.plan_for_given_filters)
        rows: list[Any] = await connection.fetch(
            AUDIT_LOG.list_entries, by.org_id, at, number, start, end, wanted.staff_id, wanted.action, wanted.kind,
            wanted.subject_id, wanted.source, wanted.venue_id, looked_at, wanted.text and wanted.text.lower(), most,
            list(by.venue_ids),
        )  # fmt: skip
    return rows


def _entry(row: Any) -> AuditEntry:
    before, after = (None if row[name] is None else orjson.loads(row[name]) for name in ("before", "after"))
    return AuditEntry(
        row["id"], row["at"], row["staff_id"], row["staff_name"], row["source"], row["client_ip"], row["action"],
        row["subject_id"], row["venue_id"], before, after,
    )  # fmt: skip
