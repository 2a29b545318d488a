"""The plan of performances: dates x times of a run, overlaps in one room, and the capacity that room and seats give.

Times are the venue's local ones. A performance lasts its real minutes, also on the night of a change to or from daylight saving
time. A start inside the hour that clocks skip does not exist, so it is skipped and named. A start in the repeated hour is the first one.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

from hub.rules.slot_plan import PlannedSlot, exists_locally, instant_of

MOST_PERFORMANCES = 500
"""Performances that one run may have."""
MOST_DAYS = 731
LONGEST_MINUTES = 24 * 60
MOST_SEATS = 1_000_000

SkipCause = Literal["no_such_time", "past", "exists"]


@dataclass(frozen=True, slots=True)
class Run:
    """Days of a run: `weekdays` (1 is Monday) from `first` to `last` without `except_dates`, and `dates` besides; at each of `times`."""

    times: tuple[time, ...]
    first: date | None = None
    last: date | None = None
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    except_dates: tuple[date, ...] = ()
    dates: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A performance of a run that is not made, and why: the time does not exist, is past, or the performance exists already."""

    date: date
    start_time: time
    cause: SkipCause


@dataclass(frozen=True, slots=True)
class Played:
    """A performance that a room has already. `performance_id` is None for one of the same plan."""

    performance_id: int | None
    title: str
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Overlap:
    """A planned performance and one in the same room that is not over when it begins."""

    planned: PlannedSlot
    played: Played


def run_dates(run: Run) -> list[date]:
    """Return the days of the run in order. Raises ValueError with a readable sentence if it has none or is too long."""
    days = set(run.dates)
    if (run.first is None) != (run.last is None):
        raise ValueError("Give both the first and the last day, or neither")
    if run.first is not None and run.last is not None:
        if run.last < run.first:
            raise ValueError("The last day is before the first")
        length = (run.last - run.first).days + 1
        if length > MOST_DAYS:
            raise ValueError(f"A run has at most {MOST_DAYS} days")
        days |= {
            day
            for day in (run.first + timedelta(days=n) for n in range(length))
            if day.isoweekday() in run.weekdays and day not in run.except_dates
        }
    if not days:
        raise ValueError("There is no day in this run")
    return sorted(days)


def plan_performances(
    dates: Sequence[date], times: Iterable[time], minutes: int, zone: tzinfo, now: datetime
) -> tuple[list[PlannedSlot], list[Skipped]]:
    """Return the performances of these days and times in order of time, and those that are skipped.

    Raises ValueError with a readable sentence for impossible times, a length out of range, or too many performances.
    """
    starts = sorted(set(times))
    if not starts:
        raise ValueError("Give at least one time")
    if any(start.tzinfo is not None or start.second or start.microsecond for start in starts):
        raise ValueError("Give times as full minutes of the venue's clock")
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise ValueError(f"A performance lasts 1 to {LONGEST_MINUTES} minutes")
    if len(dates) * len(starts) > MOST_PERFORMANCES:
        raise ValueError(f"A run has at most {MOST_PERFORMANCES} performances")
    planned: list[PlannedSlot] = []
    skipped: list[Skipped] = []
    for day in dates:
        for start in starts:
            wall = datetime.combine(day, start)
            slot = planned_at(wall, minutes, zone)
            if not exists_locally(wall, zone):
                skipped.append(Skipped(day, start, "no_such_time"))
            elif slot.starts_at <= now:
                skipped.append(Skipped(day, start, "past"))
            else:
                planned.append(slot)
    return planned, skipped


def planned_at(wall: datetime, minutes: int, zone: tzinfo) -> PlannedSlot:
    """Return the performance that begins at this local time and lasts `minutes` real minutes."""
    starts_at = instant_of(wall, zone)
    ends_at = starts_at + timedelta(minutes=minutes)
    return PlannedSlot(wall.date(), wall.time(), ends_at.astimezone(zone).time(), starts_at, ends_at)


def find_overlaps(planned: Sequence[PlannedSlot], played: Collection[Played]) -> list[Overlap]:
    """Return every planned performance that overlaps one of the room, or an earlier one of the plan.

    Performances that follow one another without a pause do not overlap.
    """
    existing = sorted(played, key=lambda one: one.starts_at)
    found = []
    before: PlannedSlot | None = None
    for slot in sorted(planned, key=lambda one: one.starts_at):
        found += [
            Overlap(slot, one) for one in existing if one.starts_at < slot.ends_at and slot.starts_at < one.ends_at
        ]
        if before is not None and slot.starts_at < before.ends_at:
            found.append(
                Overlap(
                    slot,
                    Played(None, "", before.date, before.start_time, before.end_time, before.starts_at, before.ends_at),
                )
            )
        if before is None or slot.ends_at > before.ends_at:
            before = slot
    return found


def capacity_of(room_capacity: int, additional_seats: int, occupied_seats: int) -> int:
    """Return the places of a performance. Raises ValueError if there are fewer than none or more than a slot can have."""
    capacity = room_capacity + additional_seats - occupied_seats
    if capacity < 0:
        raise ValueError("More seats are occupied than there are")
    if capacity > MOST_SEATS:
        raise ValueError(f"A performance has at most {MOST_SEATS} places")
    return capacity
