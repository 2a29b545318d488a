"""The replay of a day: everything that happened at the gates, in order, one page at a time."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any, NamedTuple
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
Nothing lies before the day's date begins or after the day ends: an undo on a later day stands at the end. `took` is milliseconds from validation to entry. `scans`, `entered` and `left` are what the event adds to the counts; the last two
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
        "ends_at": rfc3339(await _end_of(services, venue, day, end)),
        "gates": await gates_of(services, venue),
        "slots": [slot_as_dict(slot, counts.shows) for slot in counts.slots],
        "columns": COLUMNS,
    }


async def replay_events(services: Services, venue: Venue, day: date) -> AsyncIterator[list[list[Any]]]:
    """Yield the events in order of time, page by page."""
    start, end = day_bounds(day, venue.zone)
    span = _Span(day, start, end, _since(await _end_of(services, venue, day, end), start))
    further = await services.database.reports.fetch_long(
        FIGURES.replay_further, venue.org_id, venue.id, start, end, day
    )
    waiting = [event for row in further if (event := _event_of(row, span))]
    place: tuple[datetime, UUID, str] = (start, UUID(int=0), "")
    while True:
        rows = await services.database.reports.fetch(FIGURES.replay_logged, venue.org_id, venue.id, end, *place, PAGE)
        logged = [event for row in rows if (event := _event_of(row, span))]
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


class _Span(NamedTuple):
    """The day, the bounds of its date, and the milliseconds from its beginning to its end."""

    day: date
    start: datetime
    end: datetime
    length: int

    def at(self, moment: datetime) -> int:
        return max(0, min(_since(moment, self.start), self.length))

    def has(self, day: date | None, moment: datetime) -> bool:
        return self.start <= moment < self.end if day is None else day == self.day


async def _end_of(services: Services, venue: Venue, day: date, end: datetime) -> datetime:
    found: datetime = await services.database.reports.fetchval(FIGURES.day_ends, venue.org_id, venue.id, end, day)
    return found


def _event_of(row: Any, span: _Span) -> list[Any] | None:
    return _undo(row, span) if row["mode"] == "undo" else _event(row, span)


def _event(row: Any, span: _Span) -> list[Any]:
    at = span.at(row["at"])
    gone = 0
    if row["mode"] == "exit" and row["reason"] == "EXIT_RECORDED":
        gone = row["people"]
    elif row["mode"] in ("verify", "override") and row["reason"] == "RE_ENTRY":
        gone = -row["people"]
    took = row["took"] if row["entered"] else None
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


def _undo(row: Any, span: _Span) -> list[Any] | None:
    """Return the event that subtracts an undone entry; None if that counted for another day."""
    if row["undone_at"] is None or not span.has(row["undone_day"], row["undone_at"]):
        return None
    people = row["people"]
    entered = -people if row["undone_entered"] else 0
    gone = 0 if entered else (-people if row["undone_mode"] == "exit" else people)
    return [span.at(row["at"]), row["undone_gate"] or "", row["result"], row["reason"], 0, entered, gone,
            row["undone_slot"], None, span.at(row["undone_at"])]  # fmt: skip
