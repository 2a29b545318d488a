"""Opening hours: the slots of a span of days, from the regular week, closed days, and days with hours of their own.

What stands already and what overlaps is found by `compare`. A start inside the hour that clocks skip does not exist, so it is
skipped and named, as is a day that is closed and a slot that is over.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Literal

from hub.rules.slot_plan import PlannedSlot, exists_locally, instant_of, plan_slots

MOST_DAYS = 731
MOST_SLOTS = 50_000
"""Slots that are made at once: two years of 68 a day."""
MOST_CAPACITY = 1_000_000
MOST_HOURS_A_DAY = 24
LEAST_MINUTES, MOST_MINUTES = 5, 24 * 60

SkipCause = Literal["closed", "no_such_time", "past"]


@dataclass(frozen=True, slots=True)
class Hours:
    """Slots of `minutes` minutes from `opens` to `closes`, with `capacity` places each. `closes` may be after midnight."""

    opens: time
    closes: time
    minutes: int
    capacity: int


Week = Mapping[int, Sequence[Hours]]
"""The hours of each day of the week, 1 is Monday. A day without hours is closed every week."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs from the week: closed, or with hours of its own."""

    date: date
    name: str = ""
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedPlaces:
    """A slot to make, with its places."""

    slot: PlannedSlot
    capacity: int


@dataclass(frozen=True, slots=True)
class SkippedSlot:
    """What is not made, and why. A closed day has its name and no time."""

    date: date
    start_time: time | None
    cause: SkipCause
    name: str = ""


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """The slots of a span in order of time, and what is skipped."""

    slots: tuple[PlannedPlaces, ...]
    skipped: tuple[SkippedSlot, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A slot that a venue has already. `slot_id` is None for one of the same plan."""

    slot_id: int | None
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    capacity: int


@dataclass(frozen=True, slots=True)
class SlotOverlap:
    """A planned slot, and another one that is not over when it begins."""

    planned: PlannedPlaces
    other: Standing


@dataclass(frozen=True, slots=True)
class Comparison:
    """A plan beside what stands: `new` begins at a time of its own, `standing` has a slot already, some `overlapping` others."""

    new: tuple[PlannedPlaces, ...]
    standing: tuple[Standing, ...]
    overlapping: tuple[SlotOverlap, ...]


def refuse_week(week: Week) -> dict[tuple[int, int], str]:
    """Return what is wrong with the hours of a week, by the day and the position of its row. An empty week is right."""
    wrong: dict[tuple[int, int], str] = {}
    for weekday, hours in week.items():
        wrong.update({(weekday, number): text for number, text in refuse_hours(hours).items()})
    return wrong


def refuse_hours(hours: Sequence[Hours]) -> dict[int, str]:
    """Return what is wrong with the hours of one day, by position: impossible ones, and those that begin before others end."""
    wrong: dict[int, str] = {}
    if len(hours) > MOST_HOURS_A_DAY:
        wrong[MOST_HOURS_A_DAY] = f"A day has at most {MOST_HOURS_A_DAY} rows"
    for number, one in enumerate(hours):
        problem = _refuse_one(one)
        if problem:
            wrong.setdefault(number, problem)
    ordered = sorted((one.opens, number) for number, one in enumerate(hours) if number not in wrong)
    for (_, before), (opens, number) in pairwise(ordered):
        end = hours[before].opens.hour * 60 + hours[before].opens.minute + open_minutes(hours[before])
        if opens.hour * 60 + opens.minute < end:
            wrong.setdefault(number, "These hours begin before the others end")
    return wrong


def _refuse_one(hours: Hours) -> str:
    if any(one.tzinfo is not None or one.second or one.microsecond for one in (hours.opens, hours.closes)):
        return "Give times as full minutes of the venue's clock"
    if not LEAST_MINUTES <= hours.minutes <= MOST_MINUTES:
        return f"Give {LEAST_MINUTES} to {MOST_MINUTES} minutes"
    if not 0 <= hours.capacity <= MOST_CAPACITY:
        return f"Give 0 to {MOST_CAPACITY} spaces"
    if hours.opens == hours.closes and hours.opens != time(0):
        return "Opening and closing are the same time"
    if open_minutes(hours) < hours.minutes:
        return "A slot is longer than these hours"
    return ""


def open_minutes(hours: Hours) -> int:
    """Return the minutes from opening to closing."""
    length = (hours.closes.hour - hours.opens.hour) * 60 + hours.closes.minute - hours.opens.minute
    return length if length > 0 else length + MOST_MINUTES


def plan_days(
    first: date, last: date, week: Week, special: Iterable[SpecialDay], zone: tzinfo, *, now: datetime | None
) -> SlotPlan:
    """Return the slots from `first` to `last`, both included. Without `now` those that are over are planned as well.

    Raises ValueError with a readable sentence for a span that is empty or too long, impossible hours, or too many slots.
    """
    days = span_of(first, last)
    special_days = {one.date: one for one in special}
    slots: list[PlannedPlaces] = []
    skipped: list[SkippedSlot] = []
    for day in days:
        other = special_days.get(day)
        hours = week.get(day.isoweekday(), ()) if other is None else other.hours
        if other is not None and not other.hours:
            skipped.append(SkippedSlot(day, None, "closed", other.name))
        for one in sorted(hours, key=lambda each: each.opens):
            made, left_out = _plan_hours(day, one, zone, now)
            slots += made
            skipped += left_out
        if len(slots) > MOST_SLOTS:
            raise ValueError(f"At most {MOST_SLOTS} slots are made at once")
    return SlotPlan(tuple(slots), tuple(skipped))


def span_of(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`. Raises ValueError if there are none, or more than two years of them."""
    length = (last - first).days + 1
    if length < 1:
        raise ValueError("The last day is before the first")
    if length > MOST_DAYS:
        raise ValueError(f"Give at most {MOST_DAYS} days")
    return [first + timedelta(days=n) for n in range(length)]


def _plan_hours(
    day: date, hours: Hours, zone: tzinfo, now: datetime | None
) -> tuple[list[PlannedPlaces], list[SkippedSlot]]:
    planned = plan_slots(day, 1, hours.opens, hours.closes, hours.minutes, zone)
    made, skipped = [], []
    for slot in planned:
        if now is not None and slot.ends_at <= now:
            skipped.append(SkippedSlot(slot.date, slot.start_time, "past"))
        else:
            made.append(PlannedPlaces(slot, hours.capacity))
    opening = datetime.combine(day, hours.opens)
    for piece in range(open_minutes(hours) // hours.minutes):
        start = opening + timedelta(minutes=hours.minutes) * piece
        if not exists_locally(start, zone):
            skipped.append(SkippedSlot(start.date(), start.time(), "no_such_time"))
    return made, skipped


def copy_day(
    slots: Iterable[Standing], days: Iterable[date], closed: Mapping[date, str], zone: tzinfo, now: datetime
) -> SlotPlan:
    """Return the slots of one day on other days, at the same times of the clock. Closed days are skipped by name."""
    originals = sorted(slots, key=lambda one: one.starts_at)
    made: list[PlannedPlaces] = []
    skipped: list[SkippedSlot] = []
    for day in sorted(set(days)):
        if day in closed:
            skipped.append(SkippedSlot(day, None, "closed", closed[day]))
            continue
        for one in originals:
            start = datetime.combine(day, one.start_time)
            end = datetime.combine(day, one.end_time)
            slot = planned_between(start, end if end > start else end + timedelta(days=1), zone)
            if not exists_locally(start, zone):
                skipped.append(SkippedSlot(day, one.start_time, "no_such_time"))
            elif slot.ends_at <= now:
                skipped.append(SkippedSlot(day, one.start_time, "past"))
            else:
                made.append(PlannedPlaces(slot, one.capacity))
    if len(made) > MOST_SLOTS:
        raise ValueError(f"At most {MOST_SLOTS} slots are made at once")
    return SlotPlan(tuple(made), tuple(skipped))


def planned_between(start: datetime, end: datetime, zone: tzinfo) -> PlannedSlot:
    """Return the slot from one local time to another, of which the end is later."""
    ends_at = instant_of(end, zone)
    shown = ends_at.astimezone(zone).time()
    return PlannedSlot(start.date(), start.time(), shown, instant_of(start, zone), ends_at)


def compare(planned: Iterable[PlannedPlaces], standing: Collection[Standing]) -> Comparison:
    """Return which planned slots are new, which stand already (with the same begin and end), and which overlap another.

    Slots that follow one another without a pause do not overlap. Each slot is named with the first one it overlaps. A planned slot
    that begins with a standing one and ends at another time overlaps it, and is not new: no two begin at the same minute.
    """
    by_start = {(one.date, one.start_time): one for one in standing}
    new, stands = [], []
    overlaps: dict[datetime, SlotOverlap] = {}
    seen: set[tuple[date, time]] = set()
    for one in sorted(planned, key=lambda each: each.slot.starts_at):
        key = (one.slot.date, one.slot.start_time)
        if key in by_start and by_start[key].ends_at == one.slot.ends_at:
            stands.append(by_start[key])
        elif key in by_start:
            overlaps[one.slot.starts_at] = SlotOverlap(one, by_start[key])
        elif key not in seen:
            new.append(one)
        seen.add(key)
    everything = sorted(
        [(other.starts_at, other.ends_at, other, None) for other in standing]
        + [(one.slot.starts_at, one.slot.ends_at, _as_standing(one), one) for one in new],
        key=lambda entry: (entry[0], entry[3] is not None),
    )
    latest: tuple[datetime, Standing, PlannedPlaces | None] | None = None
    for starts_at, ends_at, other, made in everything:
        if latest is not None and starts_at < latest[0]:
            mine, overlapped = (made, latest[1]) if made is not None else (latest[2], other)
            if mine is not None:
                overlaps.setdefault(mine.slot.starts_at, SlotOverlap(mine, overlapped))
        if latest is None or ends_at > latest[0]:
            latest = (ends_at, other, made)
    return Comparison(tuple(new), tuple(stands), tuple(overlaps[start] for start in sorted(overlaps)))


def _as_standing(one: PlannedPlaces) -> Standing:
    slot = one.slot
    return Standing(None, slot.date, slot.start_time, slot.end_time, slot.starts_at, slot.ends_at, one.capacity)
