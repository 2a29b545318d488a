"""The scan log: reads scans by filter, newest first, page by page or as a stream for an export."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from db.pool import TooLong
from db.statements import load
from db.stored_codes import code_as_stored
from hub.rules.log_spans import BEGINNING, FIRST_SPAN, SHORTEST_SPAN, next_span, shorter_span
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE
from hub.rules.ticket_code import is_booking_code, normalise
from hub.rules.timestamps import rfc3339
from hub.rules.venue import Venue
from hub.rules.venue_day import midnight, today
from hub.services import Services

RECORDS = load("reporting/scan_log")
MOST = 200
CSV_PAGE = 1000
"""Rows of an export in memory at a time."""
MODES = ("validate", "verify", "undo", "exit", "override")
MOST_SECONDS = 20.0
"""Seconds after which a page ends although it is not full. It says where to go on."""
_FIRST_MODE = min(MODES)
_END = datetime(2200, 1, 1, tzinfo=UTC)
_NO_SHOW = {"show_id": None, "show": None, "room": None}


@dataclass(frozen=True, slots=True)
class ScanFilter:
    """A filter of a venue's scans. A field that is None admits everything. Both business days are the venue's and included."""

    first: date | None = None
    last: date | None = None
    operator_id: int | None = None
    gate: str | None = None
    result: str | None = None
    reason: str | None = None
    mode: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """A position in the log. Reading continues with the scans before it."""

    moment: datetime
    scan_id: UUID
    mode: str

    def __str__(self) -> str:
        return f"{self.moment.isoformat()}_{self.scan_id}_{self.mode}"


_AFTER_ALL = _Place(_END, UUID(int=0), "")


async def read_scans(
    services: Services, venue: Venue, scan_filter: ScanFilter, *, limit: int = 50, before: str | None = None
) -> dict[str, Any]:
    """Return at most `limit` scans (1 to 200) and the cursor `next` for the ones before them, or None at the end.

    `before` is such a cursor; a malformed one is refused INVALID_REQUEST.
    """
    limit = max(1, min(limit, MOST))
    place = _cursor_of(before) if before else _AFTER_ALL
    rows, rest = await _rows(services, venue, scan_filter, place, limit + 1)
    page = rows[:limit]
    if len(rows) > limit:
        rest = _place_of(page[-1])
    return {"scans": await _scans(services, venue, page), "next": str(rest) if rest else None}


async def every_scan(services: Services, venue: Venue, scan_filter: ScanFilter) -> AsyncIterator[list[dict[str, Any]]]:
    """Yield every scan that passes the filter, newest first, in pages. A page is read when the caller asks for it."""
    place: _Place | None = _AFTER_ALL
    while place is not None:
        rows, place = await _rows(services, venue, scan_filter, place, CSV_PAGE)
        yield await _scans(services, venue, rows)


async def choices(services: Services, venue: Venue) -> dict[str, Any]:
    """Return the choices of the filters: the venue's gates and the organisation's staff."""
    gates = await services.database.fetch(RECORDS.gate_names, venue.org_id, venue.id)
    staff = await services.database.fetch(RECORDS.who_scans, venue.org_id)
    return {"gates": [row["name"] for row in gates], "operators": [dict(row) for row in staff]}


async def venue_of_records(services: Services, org_id: int, venue_id: int | None) -> Venue:
    """Return the requested venue, or the organisation's first one. Refuses NOT_FOUND if there is none."""
    if venue_id:
        return await services.venues.read(org_id, venue_id)
    venue = await services.venues.first(org_id)
    if venue is None:
        raise Refused(Reason.NOT_FOUND)
    return venue


def only_own(scan_filter: ScanFilter, operator_id: int) -> ScanFilter:
    """Return the same filter for the scans of one operator."""
    return replace(scan_filter, operator_id=operator_id)


async def _rows(
    services: Services, venue: Venue, scan_filter: ScanFilter, place: _Place, limit: int
) -> tuple[list[Any], _Place | None]:
    """Return at most `limit` rows before a place, and the place from which to go on; None if there are no more."""
    first, last = scan_filter.first, scan_filter.last
    start = max(midnight(first, venue.zone), BEGINNING) if first else BEGINNING
    end = midnight(last + timedelta(days=1), venue.zone) if last else _END
    days = (first or BEGINNING.date(), last or _END.date()) if first or last else (None, None)
    query = scan_filter.operator_id, scan_filter.gate, scan_filter.result, scan_filter.reason, scan_filter.mode

    async def read(sql: str, start: datetime, limit: int, *code: str) -> list[Any]:
        return await services.database.reports.fetch(
            sql,
            venue.org_id,
            venue.id,
            start,
            place.moment,
            place.scan_id,
            place.mode,
            *query,
            limit,
            *days,
            end,
            *code,
        )

    if scan_filter.code is not None:
        wanted = normalise(scan_filter.code)[:LONGEST_CODE]
        code = await code_as_stored(services.database.reports, venue.org_id, wanted)
        rows = await read(RECORDS.code_scans, start, limit, code)
        return rows, _place_of(rows[-1]) if len(rows) == limit else None
    began, rows = monotonic(), []
    high, span = max(min(place.moment, end, services.clock.now() + FIRST_SPAN), start), FIRST_SPAN
    while True:
        low, asked = high - span, monotonic()
        try:
            found = await read(RECORDS.venue_scans, max(start, low), limit - len(rows))
        except TooLong:
            if span <= SHORTEST_SPAN:
                raise
            span = shorter_span(min(span, high - start))
            continue
        # A scan of another day than its moment's is found whatever the span.
        rows += found if low <= start else [row for row in found if row["moment"] >= low]
        if len(rows) == limit:
            return rows, _place_of(rows[-1])
        if low <= start:
            return rows, None
        high, place = low, _Place(low, UUID(int=0), _FIRST_MODE)
        if monotonic() - began > MOST_SECONDS:
            return rows, place
        span = next_span(span, monotonic() - asked)


async def _scans(services: Services, venue: Venue, rows: list[Any]) -> list[dict[str, Any]]:
    """Return the rows with what plays in their slots."""
    slots = list({row["slot_id"] for row in rows} - {None})
    found = await services.database.reports.fetch(RECORDS.shows_of_slots, venue.org_id, slots) if slots else []
    shows = {row["id"]: {name: row[name] for name in _NO_SHOW} for row in found}
    return [_scan(row, shows.get(row["slot_id"]), venue) for row in rows]


def _place_of(row: Any) -> _Place:
    return _Place(row["moment"], row["scan_id"], row["mode"])


def _cursor_of(text: str) -> _Place:
    try:
        moment, scan_id, mode = text.split("_")
        at = datetime.fromisoformat(moment.replace(" ", "+"))
        if at.tzinfo is None or mode not in MODES:
            raise ValueError("no place in the log")
        return _Place(at.astimezone(UTC), UUID(scan_id), mode)
    except (ValueError, OverflowError):
        errors = [{"field": "before", "message": "Give the `next` of the page before"}]
        raise Refused(Reason.INVALID_REQUEST, errors=errors) from None


def _scan(row: Any, show: dict[str, Any] | None, venue: Venue) -> dict[str, Any]:
    return {
        "scan_id": str(row["scan_id"]),
        "mode": row["mode"],
        "ticket_code": row["code"],
        "ticket_id": row["ticket_id"],
        "booking_id": row["ticket_id"] if is_booking_code(row["code"]) else None,
        "gate": row["gate"],
        "device": row["device"],
        "source": row["source"],
        "operator_id": row["operator_id"],
        "operator_name": row["operator_name"],
        "result": row["result"],
        "reason": row["reason"],
        "entered": row["entered"],
        "people": row["people"],
        **(show or _NO_SHOW),
        "undone": row["undone_by"] is not None,
        "undoes": str(row["undoes"]) if row["undoes"] else None,
        "note": row["note"],
        "day": row["day"] or today(row["moment"], venue.zone),
        "happened_at": rfc3339(row["moment"]),
        "scanned_at": rfc3339(row["scanned_at"]),
        "logged_at": rfc3339(row["logged_at"]),
    }
