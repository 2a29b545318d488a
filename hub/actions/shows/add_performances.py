"""Making performances: one, or a run of dates and times. Repeating a run adds only the missing ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields
from hub.actions.shows.performances import DAY_MINUTES, SETTINGS, capacity_for, setting_errors
from hub.actions.venues.changed_slots import publish_slots
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.performance_plan import Overlap, Played, Run, Skipped, find_overlaps, plan_performances, run_dates
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.slot_plan import PlannedSlot
from hub.services import Services
from hub.text.languages import N_

ROOMS = load("shows/rooms")
SHOWS = load("shows/shows")
PERFORMANCES = load("shows/performances")
MOST_NAMED = 100
"""Overlaps that a refusal names. The others are only counted."""


@dataclass(frozen=True, slots=True)
class PerformanceSettings:
    """The settings of new performances. Booking closes at a moment, or `booking_closes_minutes` before each of them begins."""

    additional_seats: int = 0
    occupied_seats: int = 0
    booking_opens_at: datetime | None = None
    booking_closes_at: datetime | None = None
    booking_closes_minutes: int | None = None
    booking_closed: bool = False
    check_in_opens_minutes: int | None = None
    check_in_closes_minutes: int | None = None
    largest_party: int | None = None


@dataclass(frozen=True, slots=True)
class RunDraft:
    """Performances to make. Each lasts `minutes`, by default the show's duration."""

    show_id: int
    room_id: int
    run: Run
    minutes: int | None = None
    settings: PerformanceSettings = PerformanceSettings()


@dataclass(frozen=True, slots=True)
class Made:
    """A performance that was made; `performance_id` is None in a dry run."""

    performance_id: int | None
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    capacity: int


@dataclass(frozen=True, slots=True)
class MadeRun:
    """The performances of a run in order of time, those that were skipped, and the overlaps in the room."""

    performances: tuple[Made, ...]
    skipped: tuple[Skipped, ...]
    overlaps: tuple[Overlap, ...]


async def add_run(
    services: Services, by: Actor, draft: RunDraft, *, overlap: bool = False, dry_run: bool = False
) -> MadeRun:
    """Make the performances of a run. Those that this show has already in the room are skipped, so it may be repeated.

    Refuses SHOW_NOT_FOUND, SHOW_ARCHIVED, ROOM_NOT_FOUND (also for a room of another venue), INVALID_REQUEST for impossible days,
    times or seats or if nothing is left to make, and PERFORMANCES_OVERLAP with the `overlaps`. With `overlap` only another performance
    that begins in the room at the same minute is refused.
    """
    _refuse_settings(draft.settings)
    now = services.clock.now()
    async with change(services, dry_run=dry_run) as connection:
        show = await connection.fetchrow(SHOWS.lock_show, by.org_id, draft.show_id)
        if show is None:
            raise Refused(Reason.SHOW_NOT_FOUND)
        if show["status"] == "ARCHIVED":
            raise Refused(Reason.SHOW_ARCHIVED)
        room = await connection.fetchrow(ROOMS.lock_room, by.org_id, draft.room_id)
        if room is None or room["venue_id"] != show["venue_id"]:
            raise Refused(Reason.ROOM_NOT_FOUND)
        planned, skipped = _plan(draft, show, ZoneInfo(show["timezone"]), now)
        played = await _played(connection, by, draft.room_id, planned)
        again = {one["starts_at"] for one in played if one["show_id"] == draft.show_id}
        skipped += [Skipped(one.date, one.start_time, "exists") for one in planned if one.starts_at in again]
        planned = [one for one in planned if one.starts_at not in again]
        if not planned:
            raise _nothing_left(skipped)
        overlaps = _refuse_overlaps(planned, [_as_played(row) for row in played], allowed=overlap)
        capacity = capacity_for(room["capacity"], draft.settings.additional_seats, draft.settings.occupied_seats)
        rows = await connection.fetch(
            PERFORMANCES.add_performances, by.org_id, show["venue_id"], draft.show_id, draft.room_id,
            [s.date for s in planned], [s.start_time for s in planned], [s.end_time for s in planned],
            [s.starts_at for s in planned], [s.ends_at for s in planned],
            [_closes_at(draft.settings, s) for s in planned], capacity, *_setting_columns(draft.settings), now,
        )  # fmt: skip
        await record_change(
            connection, services, by, AuditAction.PERFORMANCES_ADDED, draft.show_id, venue_id=show["venue_id"],
            after={"performances": len(rows), "first": planned[0].starts_at, "last": planned[-1].starts_at,
                   "room": room["name"], "capacity": capacity},
        )  # fmt: skip
    ids: list[int | None] = [None if dry_run else row["id"] for row in rows]
    if not dry_run:
        publish_slots(services, by.org_id)
        telemetry.event(telemetry.PERFORMANCES_ADDED, show_id=draft.show_id, room_id=draft.room_id, count=len(rows),
                        staff_id=by.staff_id)  # fmt: skip
    made = tuple(
        Made(number, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at, capacity)
        for number, s in zip(ids, planned, strict=True)
    )
    return MadeRun(made, tuple(sorted(skipped, key=lambda one: (one.date, one.start_time))), tuple(overlaps))


def refuse_overlap(planned: PlannedSlot, played: Sequence[Any], *, allowed: bool) -> list[Overlap]:
    """Refuse PERFORMANCES_OVERLAP as `add_run` does, for one performance and the rows of `played_in_room`."""
    return _refuse_overlaps([planned], [_as_played(row) for row in played], allowed=allowed)


def _plan(draft: RunDraft, show: Any, zone: ZoneInfo, now: datetime) -> tuple[list[PlannedSlot], list[Skipped]]:
    minutes = draft.minutes if draft.minutes is not None else show["duration_minutes"]
    if minutes is None:
        raise Refused(Reason.INVALID_REQUEST, errors=[
            {"field": "minutes", "message": N_("The show has no duration: say how many minutes the performance lasts")}
        ])  # fmt: skip
    try:
        return plan_performances(run_dates(draft.run), draft.run.times, minutes, zone, now)
    except (ValueError, OverflowError) as nonsense:
        raise Refused(Reason.INVALID_REQUEST, errors=[{"field": "run", "message": str(nonsense)}]) from nonsense


def _nothing_left(skipped: Sequence[Skipped]) -> Refused:
    words = {
        "no_such_time": N_("Clocks skip this time on that day"),
        "past": N_("This time is past"),
        "exists": N_("This performance exists already"),
    }
    one = skipped[0]
    cause = (
        words[one.cause] if len({other.cause for other in skipped}) == 1 else N_("Every performance exists or is past")
    )
    return Refused(Reason.INVALID_REQUEST, errors=[{"field": "start_time", "message": cause}], skipped=[
        {"date": one.date, "start_time": one.start_time, "cause": one.cause} for one in skipped
    ])  # fmt: skip


async def _played(connection: Any, by: Actor, room_id: int, planned: Sequence[PlannedSlot]) -> list[Any]:
    if not planned:
        return []
    first, last = min(s.starts_at for s in planned), max(s.ends_at for s in planned)
    rows: list[Any] = await connection.fetch(PERFORMANCES.played_in_room, by.org_id, room_id, first, last, None)
    return rows


def _as_played(row: Any) -> Played:
    return Played(
        row["id"], row["title"], row["date"], row["start_time"], row["end_time"], row["starts_at"], row["ends_at"]
    )


def _refuse_overlaps(planned: Sequence[PlannedSlot], played: Sequence[Played], *, allowed: bool) -> list[Overlap]:
    overlaps = find_overlaps(planned, played)
    starts = {(s.date, s.start_time) for s in planned}
    same_minute = any((one.date, one.start_time) in starts for one in played)
    if overlaps and (not allowed or same_minute):
        raise Refused(Reason.PERFORMANCES_OVERLAP, overlaps=[overlap_fields(one) for one in overlaps[:MOST_NAMED]],
                      count=len(overlaps))  # fmt: skip
    return overlaps


def overlap_fields(overlap: Overlap) -> dict[str, Any]:
    """Return an overlap as the API shows it."""
    return {
        "date": overlap.planned.date,
        "start_time": overlap.planned.start_time,
        "end_time": overlap.planned.end_time,
        "with": {
            "performance_id": overlap.played.performance_id,
            "title": overlap.played.title,
            "date": overlap.played.date,
            "start_time": overlap.played.start_time,
            "end_time": overlap.played.end_time,
        },
    }


def _refuse_settings(settings: PerformanceSettings) -> None:
    given = {name: getattr(settings, name) for name in SETTINGS}
    errors = setting_errors(given)
    minutes = settings.booking_closes_minutes
    if minutes is not None and settings.booking_closes_at is not None:
        errors["booking_closes_minutes"] = N_("Give either a moment or the minutes before the start")
    elif minutes is not None and not 0 <= minutes <= 7 * DAY_MINUTES:
        errors["booking_closes_minutes"] = f"Give 0 to {7 * DAY_MINUTES} minutes"
    refuse_fields(errors)


def _closes_at(settings: PerformanceSettings, slot: PlannedSlot) -> datetime | None:
    if settings.booking_closes_minutes is not None:
        return slot.starts_at - timedelta(minutes=settings.booking_closes_minutes)
    return settings.booking_closes_at


def _setting_columns(settings: PerformanceSettings) -> tuple[Any, ...]:
    """Return the settings in the order of `add_performances`."""
    return (
        settings.additional_seats, settings.occupied_seats, settings.booking_opens_at, settings.booking_closed,
        settings.check_in_opens_minutes, settings.check_in_closes_minutes, settings.largest_party,
    )  # fmt: skip
