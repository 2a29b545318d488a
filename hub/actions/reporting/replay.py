"""The replay of a day: everything that happened at the gates, in order, one page at a time."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from db.statements import load
from hub.actions.reporting.counts import day_counts, slot_as_dict
from hub.actions.reporting.figures import gates_of
from hub.rules.timestamps import rfc3339
from hub.rules.venue import Venue
from hub.rules.venue_day import day_bounds
from hub.services import Services

FIGURES = load("reporting/figures")
PAGE = 2000
COLUMNS = ("at", "gate", "result", "reason", "scans", "entered", "left", "slot_id", "took", "counted_at")
"""The columns of an event. `at` and `counted_at` are milliseconds since the day began; they differ for an undone entry.
`took` is milliseconds from validation to entry. `scans`, `entered` and `left` are what the event adds to the counts; the last two
count people, of whom a party's scan has several."""


async def replay_head(services: Services, venue: Venue, day: date) -> dict[str, Any]:
    """Return the day's slots with their capacity and their bookings as of now."""
    start, end = day_bounds(day, venue.zone)
    counts = await day_counts(services, venue.org_id, venue.id, day)
    return {
        "date": day,
        "venue_id": venue.id,
        "timezone": venue.timezone,
        "starts_at": rfc3339(start),
        "ends_at": rfc3339(end),
        "gates": await gates_of(services, venue),
        "slots": [slot_as_dict(slot, counts.shows) for slot in counts.slots],
        "columns": COLUMNS,
    }


async def replay_events(services: Services, venue: Venue, day: date) -> AsyncIterator[list[list[Any]]]:
    """Yield the events in order of time, page by page. An undo after the end of the day is left out."""
    start, end = day_bounds(day, venue.zone)
    synced = await services.database.records.fetch(FIGURES.replay_synced, venue.org_id, venue.id, start, end)
    waiting = [_event(row, start) for row in synced]
    place: tuple[datetime, UUID, str] = (start, UUID(int=0), "")
    while True:
        rows = await services.database.records.fetch(FIGURES.replay_logged, venue.org_id, venue.id, end, *place, PAGE)
        logged = [
            event for row in rows if (event := _undo(row, start, end) if row["mode"] == "undo" else _event(row, start))
        ]
        last = len(rows) < PAGE
        until = float("inf") if last else (rows[-1]["at"] - start).total_seconds() * 1000
        ready = 0
        while ready < len(waiting) and waiting[ready][0] <= until:
            ready += 1
        # Both inputs are sorted. At equal times the logged scan comes before the undo.
        yield sorted([*logged, *waiting[:ready]], key=lambda event: event[0])
        del waiting[:ready]
        if last:
            return
        place = (rows[-1]["at"], rows[-1]["scan_id"], rows[-1]["mode"])


def _since(moment: datetime, start: datetime) -> int:
    return int((moment - start).total_seconds() * 1000)


def _event(row: Any, start: datetime) -> list[Any]:
    at = _since(row["at"], start)
    gone = 0
    if row["mode"] == "exit" and row["reason"] == "EXIT_RECORDED":
        gone = row["people"]
    elif row["mode"] in ("verify", "override") and row["reason"] == "RE_ENTRY":
        gone = -row["people"]
    took = row.get("took") if row["entered"] else None
    return [
        at,
        row["gate"],
        row["result"],
        row["reason"],
        int(row["scans"]),
        row["people"] if row["entered"] else 0,
        gone,
        row["slot_id"],
        took,
        at,
    ]


def _undo(row: Any, start: datetime, end: datetime) -> list[Any] | None:
    """Return the event that subtracts an undone entry; None if it was undone on another day."""
    if row["undone_at"] is None or not start <= row["undone_at"] < end:
        return None
    people = row["people"]
    entered = -people if row["undone_entered"] else 0
    gone = 0 if entered else (-people if row["undone_mode"] == "exit" else people)
    return [_since(row["at"], start), row["undone_gate"] or "", row["result"], row["reason"], 0, entered, gone,
            row["undone_slot"], None, _since(row["undone_at"], start)]  # fmt: skip
