"""The opening hours of a venue: its regular week, read and changed as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields
from hub.actions.venues.venues import venue_of
from hub.rules.audit_actions import AuditAction
from hub.rules.opening_hours import Hours, refuse_hours
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

OPENING_HOURS = load("venues/opening_hours")


@dataclass(frozen=True, slots=True)
class DayHours:
    """Hours of a day of the week; 1 is Monday."""

    weekday: int
    opens: time
    closes: time
    minutes: int
    capacity: int

    @property
    def hours(self) -> Hours:
        return Hours(self.opens, self.closes, self.minutes, self.capacity)


@dataclass(frozen=True, slots=True)
class StoredWeek:
    """The regular week of a venue, by day and time. `version` is 0 while it has none."""

    venue_id: int
    hours: tuple[DayHours, ...]
    version: int

    def by_weekday(self) -> dict[int, tuple[Hours, ...]]:
        return week_of(self.hours)


def week_of(hours: Sequence[DayHours]) -> dict[int, tuple[Hours, ...]]:
    """Return hours as rules want them: by the day of the week."""
    return {
        day: tuple(one.hours for one in hours if one.weekday == day) for day in sorted({one.weekday for one in hours})
    }


async def read_week(services: Services, by: Actor, venue_id: int | None = None) -> StoredWeek:
    """Return the week of the named venue, of the login's, or of the first. Refuses NOT_FOUND for an unknown one."""
    return await stored_week(services.database, by, await venue_of(services, by, venue_id))


async def change_week(
    services: Services, by: Actor, venue_id: int | None, hours: Sequence[DayHours], *, version: int | None = None,
    dry_run: bool = False,
) -> StoredWeek:  # fmt: skip
    """Replace the week of a venue. Slots that exist stay as they are.

    Refuses NOT_FOUND, VERSION_MISMATCH (`version` 0 expects that there is no week yet), and INVALID_REQUEST with every wrong row.
    """
    refuse_day_hours(hours)
    wanted = await venue_of(services, by, venue_id)
    async with change(services, dry_run=dry_run) as connection:
        await connection.fetchrow(OPENING_HOURS.lock_venue, by.org_id, wanted)
        before = await stored_week(connection, by, wanted)
        if version is not None and before.version != version:
            raise Refused(Reason.VERSION_MISMATCH, version=before.version)
        await connection.fetchval(OPENING_HOURS.write_week, by.org_id, wanted, services.clock.now())
        await connection.execute(OPENING_HOURS.drop_hours, by.org_id, wanted)
        await connection.execute(
            OPENING_HOURS.add_hours, by.org_id, wanted, [one.weekday for one in hours], [one.opens for one in hours],
            [one.closes for one in hours], [one.minutes for one in hours], [one.capacity for one in hours],
        )  # fmt: skip
        after = await stored_week(connection, by, wanted)
        await record_change(
            connection, services, by, AuditAction.OPENING_HOURS_CHANGED, wanted, venue_id=wanted,
            before={"hours": _recorded(before.hours)}, after={"hours": _recorded(after.hours)},
        )  # fmt: skip
    return after


async def stored_week(database: Any, by: Actor, venue_id: int) -> StoredWeek:
    """Return the week of a venue as `database` or a transaction sees it."""
    version = await database.fetchval(OPENING_HOURS.read_week, by.org_id, venue_id)
    rows = await database.fetch(OPENING_HOURS.read_hours, by.org_id, venue_id)
    return StoredWeek(venue_id, tuple(DayHours(*row) for row in rows), version or 0)


def refuse_day_hours(hours: Sequence[DayHours]) -> None:
    """Refuse INVALID_REQUEST with every wrong row of a week, named by its position: `hours.3`."""
    errors: dict[str, str] = {}
    for weekday in sorted({one.weekday for one in hours}):
        rows = [(number, one) for number, one in enumerate(hours) if one.weekday == weekday]
        if not 1 <= weekday <= 7:
            errors.update({f"hours.{number}": "Give a day of the week from 1 to 7" for number, _ in rows})
            continue
        for position, text in refuse_hours([one.hours for _, one in rows]).items():
            errors[f"hours.{rows[min(position, len(rows) - 1)][0]}"] = text
    refuse_fields(errors)


def _recorded(hours: Sequence[DayHours]) -> list[str]:
    """Return a week as the audit log keeps it: one line for each row."""
    return [f"{one.weekday} {one.opens:%H:%M}-{one.closes:%H:%M}, {one.minutes} min, {one.capacity}" for one in hours]
