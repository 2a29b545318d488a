"""Closed days of a venue, and days with hours of their own: entered, or imported from a calendar file."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, Literal

import asyncpg
import orjson

from db.statements import load
from hub.access.scope import refuse_other_venue, venue_within
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields, refuse_other_version
from hub.actions.venues.venues import venue_of
from hub.rules.audit_actions import AuditAction
from hub.rules.opening_hours import MOST_DAYS, Hours, SpecialDay, refuse_hours
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import LONGEST_NAME, clean_line
from hub.rules.venue_day import today
from hub.services import Services
from hub.text.closed_days_file import LeftOut, NamedDay, read_closed_days
from hub.text.languages import N_

OPENING_HOURS = load("venues/opening_hours")


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day on which the regular week does not hold. Without `hours` the venue is closed."""

    closed_day_id: int
    venue_id: int
    venue: str
    date: date
    name: str
    hours: tuple[Hours, ...]
    source: Literal["entered", "imported"]
    version: int


@dataclass(frozen=True, slots=True)
class ClosedDayPage:
    """One page of closed days in order. `next` is the `after` of the following page; None at the end."""

    closed_days: tuple[ClosedDay, ...]
    next: tuple[date, int] | None


@dataclass(frozen=True, slots=True)
class AddedDays:
    """The closed days that were added, and the days that had one already."""

    venue_id: int
    added: tuple[NamedDay, ...]
    existing: tuple[NamedDay, ...]
    left_out: tuple[LeftOut, ...] = ()


async def list_closed_days(
    services: Services, by: Actor, *, venue_id: int | None = None, first: date | None = None, last: date | None = None,
    after: tuple[date, int] | None = None, limit: int = 50,
) -> ClosedDayPage:  # fmt: skip
    """Return the closed days of the organisation that match, in order."""
    rows = await services.database.fetch(
        OPENING_HOURS.list_closed_days,
        by.org_id,
        venue_within(by, venue_id, by.venue_id),
        first,
        last,
        *(after or (None, None)),
        limit + 1,
    )
    found = tuple(_closed_day(row) for row in rows[:limit])
    return ClosedDayPage(found, (found[-1].date, found[-1].closed_day_id) if len(rows) > limit else None)


async def special_days(database: Any, by: Actor, venue_id: int, first: date, last: date) -> list[SpecialDay]:
    """Return the closed days of a venue as rules want them."""
    rows = await database.fetch(OPENING_HOURS.list_closed_days, by.org_id, venue_id, first, last, None, None, None)
    return [SpecialDay(row["date"], row["name"], hours_of(row["hours"])) for row in rows]


async def read_closed_day(services: Services, by: Actor, closed_day_id: int) -> ClosedDay:
    """Return one closed day. Refuses CLOSED_DAY_NOT_FOUND."""
    return await _read(services.database, by, closed_day_id)


async def add_closed_days(
    services: Services, by: Actor, days: Sequence[date], *, venue_id: int | None = None, name: str = "",
    hours: Sequence[Hours] = (), dry_run: bool = False,
) -> AddedDays:  # fmt: skip
    """Add closed days with one name, or with hours of their own. Days that the venue has already stay as they are.

    Refuses NOT_FOUND for an unknown venue, and INVALID_REQUEST with every wrong field.
    """
    line = _check(name, hours)
    if not 1 <= len(set(days)) <= MOST_DAYS:
        refuse_fields({"date": f"Give 1 to {MOST_DAYS} days"})
    wanted = await venue_of(services, by, venue_id)
    named = [NamedDay(day, line) for day in sorted(set(days))]
    async with change(services, dry_run=dry_run) as connection:
        rows = await _write(connection, services, by, wanted, named, hours=hours, source="entered")
        for row in rows:
            await record_change(
                connection, services, by, AuditAction.CLOSED_DAY_ADDED, row["id"], venue_id=wanted,
                after={"date": row["date"], "name": line, "hours": _hours_json(hours)},
            )  # fmt: skip
    return _added(wanted, named, rows)


async def import_closed_days(
    services: Services, by: Actor, content: bytes, *, venue_id: int | None = None, dry_run: bool = False
) -> AddedDays:
    """Add the whole days of a calendar file from today on, for two years. Repeating it adds only the missing ones.

    Refuses NOT_FOUND for an unknown venue, and INVALID_REQUEST for a file that cannot be read.
    """
    wanted = await venue_of(services, by, venue_id)
    first = today(services.clock.now(), (await services.venues.read(by.org_id, wanted)).zone)
    try:
        # In a thread, because a file with many repeated events takes seconds.
        found = await asyncio.to_thread(read_closed_days, content, first, first + timedelta(days=MOST_DAYS - 1))
    except ValueError as wrong:
        refuse_fields({"file": str(wrong)})
        raise
    async with change(services, dry_run=dry_run) as connection:
        rows = await _write(connection, services, by, wanted, found.days, hours=(), source="imported")
        if rows:
            await record_change(
                connection, services, by, AuditAction.CLOSED_DAYS_IMPORTED, wanted, venue_id=wanted,
                after={"days": len(rows), "dates": sorted(row["date"] for row in rows)},
            )  # fmt: skip
    return _added(wanted, found.days, rows, found.left_out)


async def change_closed_day(
    services: Services, by: Actor, closed_day_id: int, *, day: date | None = None, name: str | None = None,
    hours: Sequence[Hours] | None = None, version: int | None = None, dry_run: bool = False,
) -> ClosedDay:  # fmt: skip
    """Change a closed day; None leaves a field as it is. Refuses CLOSED_DAY_NOT_FOUND, VERSION_MISMATCH and INVALID_REQUEST."""
    line = _check(name or "", hours or ())
    async with change(services, dry_run=dry_run) as connection:
        before = await _lock(connection, by, closed_day_id, version)
        try:
            await connection.execute(
                OPENING_HOURS.change_closed_day, by.org_id, closed_day_id, day, None if name is None else line,
                None if hours is None else _hours_json(hours),
            )  # fmt: skip
        except asyncpg.UniqueViolationError:
            raise Refused(
                Reason.INVALID_REQUEST,
                errors=[{"field": "date", "message": N_("This venue has a closed day on that date already")}],
            ) from None
        after = await _read(connection, by, closed_day_id)
        await record_change(
            connection, services, by, AuditAction.CLOSED_DAY_CHANGED, closed_day_id, venue_id=after.venue_id,
            before=_recorded(before), after=_recorded(after),
        )  # fmt: skip
    return after


async def delete_closed_day(
    services: Services, by: Actor, closed_day_id: int, *, version: int | None = None, dry_run: bool = False
) -> None:
    """Delete a closed day: the regular week holds again. Refuses CLOSED_DAY_NOT_FOUND and VERSION_MISMATCH."""
    async with change(services, dry_run=dry_run) as connection:
        before = await _lock(connection, by, closed_day_id, version)
        await connection.execute(OPENING_HOURS.delete_closed_day, by.org_id, closed_day_id)
        await record_change(
            connection, services, by, AuditAction.CLOSED_DAY_DELETED, closed_day_id, venue_id=before.venue_id,
            before=_recorded(before),
        )  # fmt: skip


def hours_of(stored: str) -> tuple[Hours, ...]:
    """Return the hours of a closed day's row."""
    return tuple(
        Hours(time.fromisoformat(one["opens"]), time.fromisoformat(one["closes"]), one["minutes"], one["capacity"])
        for one in orjson.loads(stored)
    )


async def _write(
    connection: Any, services: Services, by: Actor, venue_id: int, days: Sequence[NamedDay], *, hours: Sequence[Hours],
    source: str,
) -> list[Any]:  # fmt: skip
    rows: list[Any] = await connection.fetch(
        OPENING_HOURS.add_closed_days, by.org_id, venue_id, [one.date for one in days], [one.name for one in days],
        [_hours_json(hours)] * len(days), source, services.clock.now(),
    )  # fmt: skip
    return rows


def _added(venue_id: int, days: Sequence[NamedDay], rows: Sequence[Any], left_out: Sequence[LeftOut] = ()) -> AddedDays:
    new = {row["date"] for row in rows}
    return AddedDays(
        venue_id,
        tuple(one for one in days if one.date in new),
        tuple(one for one in days if one.date not in new),
        tuple(left_out),
    )


async def _lock(connection: Any, by: Actor, closed_day_id: int, version: int | None) -> ClosedDay:
    row = await connection.fetchrow(OPENING_HOURS.lock_closed_day, by.org_id, closed_day_id)
    if row is None:
        raise Refused(Reason.CLOSED_DAY_NOT_FOUND)
    refuse_other_version(row, version)
    return await _read(connection, by, closed_day_id)


async def _read(database: Any, by: Actor, closed_day_id: int) -> ClosedDay:
    row = await database.fetchrow(OPENING_HOURS.read_closed_day, by.org_id, closed_day_id)
    if row is None:
        raise Refused(Reason.CLOSED_DAY_NOT_FOUND)
    refuse_other_venue(by, row["venue_id"])
    return _closed_day(row)


def _check(name: str, hours: Sequence[Hours]) -> str:
    """Return the name as it is stored. Refuses INVALID_REQUEST with what is wrong."""
    errors = {f"hours.{number}": text for number, text in refuse_hours(hours).items()}
    line = ""
    try:
        line = clean_line(name, LONGEST_NAME)
    except ValueError as wrong:
        errors["name"] = str(wrong)
    refuse_fields(errors)
    return line


def _hours_json(hours: Sequence[Hours]) -> str:
    return orjson.dumps([
        {"opens": one.opens.isoformat("minutes"), "closes": one.closes.isoformat("minutes"), "minutes": one.minutes,
         "capacity": one.capacity}
        for one in hours
    ]).decode()  # fmt: skip


def _recorded(day: ClosedDay) -> dict[str, Any]:
    return {"date": day.date, "name": day.name, "hours": _hours_json(day.hours)}


def _closed_day(row: Any) -> ClosedDay:
    return ClosedDay(
        row["id"], row["venue_id"], row["venue"], row["date"], row["name"], hours_of(row["hours"]), row["source"],
        row["version"],
    )  # fmt: skip
