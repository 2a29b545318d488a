"""Making slots: from opening hours, a single one, or a day's copy on other days. Repeating it adds only the missing ones.

Each first says what will be made, what stands already, what overlaps and what is skipped. Overlaps are refused unless allowed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields
from hub.actions.venues.changed_slots import publish_slots
from hub.actions.venues.closed_days import special_days
from hub.actions.venues.opening_hours import DayHours, refuse_day_hours, stored_week, week_of
from hub.actions.venues.venues import venue_of
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.opening_hours import (
    MOST_CAPACITY,
    MOST_DAYS,
    PlannedPlaces,
    SkippedSlot,
    SlotOverlap,
    SlotPlan,
    SpecialDay,
    Standing,
    compare,
    copy_day,
    plan_days,
    planned_between,
    refuse_hours,
)
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.slot_plan import exists_locally
from hub.services import Services
from hub.text.languages import N_

OPENING_HOURS = load("venues/opening_hours")
SLOT_PLANS = load("venues/slot_plans")
MOST_NAMED = 100
"""Overlaps that a refusal names. The others are only counted."""


@dataclass(frozen=True, slots=True)
class Generation:
    """Days to make slots for. Without `hours` the venue's stored week holds. `special` days are besides those stored, and win."""

    first: date
    last: date
    venue_id: int | None = None
    hours: tuple[DayHours, ...] | None = None
    special: tuple[SpecialDay, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotDraft:
    """A single slot to add."""

    date: date
    start_time: time
    end_time: time
    capacity: int
    venue_id: int | None = None


@dataclass(frozen=True, slots=True)
class MadeSlots:
    """The slots that were made, or would be by a dry run, which has no ids; what stands, what overlaps, and what is skipped."""

    venue_id: int
    made: tuple[PlannedPlaces, ...]
    slot_ids: tuple[int, ...]
    standing: tuple[Standing, ...]
    overlapping: tuple[SlotOverlap, ...]
    skipped: tuple[SkippedSlot, ...]


async def generate_from_hours(
    services: Services, by: Actor, wanted: Generation, *, overlap: bool = False, dry_run: bool = False
) -> MadeSlots:
    """Make the slots of a span from opening hours, closed days and exceptions.

    Refuses NOT_FOUND for an unknown venue, INVALID_REQUEST for impossible hours or days, and SLOTS_OVERLAP with the `overlaps`
    unless `overlap`. A dry run refuses no overlap, because it tells them.
    """
    if wanted.hours is not None:
        refuse_day_hours(wanted.hours)
    for position, day in enumerate(wanted.special):
        refuse_fields({f"exceptions.{position}": text for text in refuse_hours(day.hours).values()})
    venue_id = await venue_of(services, by, wanted.venue_id)
    async with change(services, dry_run=dry_run) as connection:
        zone = await _lock_venue(connection, by, venue_id)
        week = (
            week_of(wanted.hours)
            if wanted.hours is not None
            else (await stored_week(connection, by, venue_id)).by_weekday()
        )
        if not week and not any(one.hours for one in wanted.special):
            refuse_fields({"hours": N_("This venue has no opening hours yet")})
        special = {one.date: one for one in await special_days(connection, by, venue_id, wanted.first, wanted.last)}
        special |= {one.date: one for one in wanted.special}
        try:
            plan = plan_days(wanted.first, wanted.last, week, special.values(), zone, now=services.clock.now())
        except ValueError as wrong:
            refuse_fields({"to": str(wrong)})
            raise
        except OverflowError:
            raise _beyond_the_calendar() from None
        made = await _make(connection, services, by, venue_id, plan, overlap=overlap, dry_run=dry_run)
    _publish(services, by, made, dry_run=dry_run)
    return made


async def add_slot(
    services: Services, by: Actor, draft: SlotDraft, *, overlap: bool = False, dry_run: bool = False
) -> MadeSlots:
    """Add one slot. An end at or before the start is after midnight.

    Refuses NOT_FOUND, SLOTS_OVERLAP unless `overlap`, and INVALID_REQUEST for a time that is over, that clocks skip, or at which
    a slot begins already.
    """
    errors = {}
    if any(one.tzinfo is not None or one.second or one.microsecond for one in (draft.start_time, draft.end_time)):
        errors["start_time"] = "Give times as full minutes of the venue's clock"
    if not 0 <= draft.capacity <= MOST_CAPACITY:
        errors["capacity"] = f"Give 0 to {MOST_CAPACITY} spaces"
    refuse_fields(errors)
    venue_id = await venue_of(services, by, draft.venue_id)
    async with change(services, dry_run=dry_run) as connection:
        zone = await _lock_venue(connection, by, venue_id)
        start = datetime.combine(draft.date, draft.start_time)
        end = datetime.combine(draft.date, draft.end_time)
        try:
            slot = planned_between(start, end if end > start else end + timedelta(days=1), zone)
        except OverflowError:
            raise _beyond_the_calendar() from None
        if not exists_locally(start, zone):
            refuse_fields({"start_time": N_("Clocks skip this time on that day")})
        if slot.ends_at <= services.clock.now():
            refuse_fields({"start_time": N_("This time is past")})
        if slot.ends_at <= slot.starts_at:
            refuse_fields({"end_time": N_("Clocks skip this time on that day")})
        plan = SlotPlan((PlannedPlaces(slot, draft.capacity),), ())
        began = compare(plan.slots, await _standing_slots(connection, by, venue_id, plan.slots))
        if not began.new:  # no two slots begin at the same minute, however long they are
            refuse_fields({"start_time": N_("A slot begins at this time already")})
        made = await _make(connection, services, by, venue_id, plan, overlap=overlap, dry_run=dry_run)
    _publish(services, by, made, dry_run=dry_run)
    return made


async def copy_slots(
    services: Services, by: Actor, source: date, targets: Sequence[date], *, venue_id: int | None = None,
    overlap: bool = False, dry_run: bool = False,
) -> MadeSlots:  # fmt: skip
    """Make the open slots of one day on other days. Refuses as `generate_from_hours` does, and INVALID_REQUEST for an empty day."""
    if not 1 <= len(set(targets)) <= MOST_DAYS:
        refuse_fields({"to": f"Give 1 to {MOST_DAYS} days"})
    wanted = await venue_of(services, by, venue_id)
    async with change(services, dry_run=dry_run) as connection:
        zone = await _lock_venue(connection, by, wanted)
        originals = [
            _standing(row) for row in await connection.fetch(SLOT_PLANS.slots_of_day, by.org_id, wanted, source)
        ]
        if not originals:
            refuse_fields({"from": N_("This day has no open slots to copy")})
        stored = await special_days(connection, by, wanted, min(targets), max(targets))
        closed = {one.date: one.name for one in stored if not one.hours}
        try:
            plan = copy_day(originals, [day for day in targets if day != source], closed, zone, services.clock.now())
        except ValueError as wrong:
            refuse_fields({"to": str(wrong)})
            raise
        except OverflowError:
            raise _beyond_the_calendar() from None
        made = await _make(connection, services, by, wanted, plan, overlap=overlap, dry_run=dry_run)
    _publish(services, by, made, dry_run=dry_run)
    return made


async def _lock_venue(connection: Any, by: Actor, venue_id: int) -> ZoneInfo:
    """Lock the venue, so that of two who make slots the second compares with those of the first."""
    row = await connection.fetchrow(OPENING_HOURS.lock_venue, by.org_id, venue_id)
    return ZoneInfo(row["timezone"])


async def _make(
    connection: Any, services: Services, by: Actor, venue_id: int, plan: SlotPlan, *, overlap: bool, dry_run: bool
) -> MadeSlots:
    found = compare(plan.slots, await _standing_slots(connection, by, venue_id, plan.slots))
    if found.overlapping and not overlap and not dry_run:
        raise Refused(
            Reason.SLOTS_OVERLAP, overlaps=[overlap_fields(one) for one in found.overlapping[:MOST_NAMED]],
            count=len(found.overlapping),
        )  # fmt: skip
    ids: list[int] = []
    if found.new and not dry_run:
        slots = [one.slot for one in found.new]
        rows = await connection.fetch(
            SLOT_PLANS.add_planned, by.org_id, venue_id, [s.date for s in slots], [s.start_time for s in slots],
            [s.end_time for s in slots], [s.starts_at for s in slots], [s.ends_at for s in slots],
            [one.capacity for one in found.new], services.clock.now(),
        )  # fmt: skip
        ids = [row["id"] for row in rows]
        await record_change(
            connection, services, by, AuditAction.SLOTS_MADE, ids[0] if len(ids) == 1 else f"{len(ids)} slots",
            venue_id=venue_id,
            after={"slots": len(ids), "first": slots[0].starts_at, "last": slots[-1].starts_at,
                   "places": sum(one.capacity for one in found.new), "overlapping": len(found.overlapping)},
        )  # fmt: skip
    return MadeSlots(venue_id, found.new, tuple(ids), found.standing, found.overlapping, plan.skipped)


async def _standing_slots(
    connection: Any, by: Actor, venue_id: int, planned: Sequence[PlannedPlaces]
) -> list[Standing]:
    if not planned:
        return []
    first = min(one.slot.starts_at for one in planned)
    last = max(one.slot.ends_at for one in planned)
    return [
        _standing(row) for row in await connection.fetch(SLOT_PLANS.standing_slots, by.org_id, venue_id, first, last)
    ]


def _publish(services: Services, by: Actor, made: MadeSlots, *, dry_run: bool) -> None:
    if made.slot_ids and not dry_run:
        publish_slots(services, by.org_id)
        telemetry.event(telemetry.SLOTS_MADE, venue_id=made.venue_id, count=len(made.slot_ids), staff_id=by.staff_id)


def overlap_fields(overlap: SlotOverlap) -> dict[str, Any]:
    """Return an overlap as the API shows it."""
    planned, other = overlap.planned.slot, overlap.other
    return {
        "date": planned.date, "start_time": planned.start_time, "end_time": planned.end_time,
        "with": {"slot_id": other.slot_id, "date": other.date, "start_time": other.start_time, "end_time": other.end_time},
    }  # fmt: skip


def _beyond_the_calendar() -> Refused:
    return Refused(
        Reason.INVALID_REQUEST, errors=[{"field": "to", "message": N_("The last day lies beyond the calendar")}]
    )


def _standing(row: Any) -> Standing:
    return Standing(row["id"], row["date"], row["start_time"], row["end_time"], row["starts_at"], row["ends_at"],
                    row["total_capacity"])  # fmt: skip
