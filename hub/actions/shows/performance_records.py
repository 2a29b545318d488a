"""Performances as their organiser sees them: listed, read, and whom a change of one concerns."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

from db.statements import load
from hub.access.scope import refuse_other_venue, venue_within
from hub.actions.audit.actor import Actor
from hub.rules.performance_booking import BookingState, BookingTimes, booking_state
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

PERFORMANCES = load("shows/performances")
MOST_NAMED = 100
"""Bookings that are named where a change concerns them. The others are only counted."""

PerformanceStatus = Literal["ACTIVE", "CANCELLED"]


@dataclass(frozen=True, slots=True)
class PerformanceRecord:
    """A performance as its organiser sees it. Free places are `capacity - booked - held`.

    `largest_party` is its own limit or None, and `show_largest_party` the show's. `bookings_ended` is false while a cancelled performance has
    bookings that are not cancelled yet.
    """

    performance_id: int
    show_id: int
    title: str
    room_id: int
    room: str
    room_capacity: int
    venue_id: int
    timezone: str
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    capacity: int
    additional_seats: int
    occupied_seats: int
    booked: int
    held: int
    admitted: int
    status: PerformanceStatus
    booking: BookingState
    booking_opens_at: datetime | None
    booking_closes_at: datetime | None
    booking_closed: bool
    check_in_opens_minutes: int | None
    check_in_closes_minutes: int | None
    largest_party: int | None
    show_largest_party: int
    cancelled_at: datetime | None
    cancel_message: str
    bookings_ended: bool
    moved_at: datetime | None
    version: int

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.booked - self.held)


@dataclass(frozen=True, slots=True)
class PerformanceFilter:
    """What a list of performances shows. None filters nothing."""

    venue_id: int | None = None
    show_id: int | None = None
    room_id: int | None = None
    first: date | None = None
    last: date | None = None
    status: PerformanceStatus | None = None


@dataclass(frozen=True, slots=True)
class PerformancePage:
    """One page of performances, the last one first. `next` is the `before` of the following page; None at the end."""

    performances: tuple[PerformanceRecord, ...]
    next: tuple[datetime, int] | None


@dataclass(frozen=True, slots=True)
class ConcernedBooking:
    """A booking that a change concerns."""

    booking_id: int
    name: str
    party_size: int
    admitted: int
    status: str


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a change of a performance concerns.

    `bookings` are confirmed with nobody in yet, for `people`. `admitted` people are in. `pending` requests are not confirmed,
    `waiting` parties are on the waiting list. `named` are the first bookings of all of them.
    """

    bookings: int
    people: int
    admitted: int
    pending: int
    waiting: int
    named: tuple[ConcernedBooking, ...]


async def list_performances(
    services: Services, by: Actor, wanted: PerformanceFilter, *, before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> PerformancePage:  # fmt: skip
    """Return the performances of the organisation that match, the last one first."""
    status = None if wanted.status is None else "CLOSED" if wanted.status == "CANCELLED" else "ACTIVE"
    rows = await services.database.fetch(
        PERFORMANCES.list_performances, by.org_id, venue_within(by, wanted.venue_id, by.venue_id), wanted.show_id, wanted.room_id, wanted.first, wanted.last,
        status, *(before or (None, None)), limit + 1,
    )  # fmt: skip
    now = services.clock.now()
    found = tuple(_record(row, now) for row in rows[:limit])
    return PerformancePage(found, (found[-1].starts_at, found[-1].performance_id) if len(rows) > limit else None)


async def read_performance(services: Services, by: Actor, performance_id: int) -> PerformanceRecord:
    """Return one performance. Refuses PERFORMANCE_NOT_FOUND, also for a slot that belongs to no show."""
    return await record_of(services.database, services, by, performance_id)


async def read_concerned(services: Services, by: Actor, performance_id: int) -> Concerned:
    """Return whom a change of this performance would concern. Refuses PERFORMANCE_NOT_FOUND."""
    await read_performance(services, by, performance_id)
    return await concerned_by(services.database, by, performance_id)


async def concerned_by(database: Any, by: Actor, performance_id: int) -> Concerned:
    """Return whom a change of the performance concerns."""
    row = await database.fetchrow(PERFORMANCES.concerned, by.org_id, performance_id)
    named = await database.fetch(PERFORMANCES.first_concerned, by.org_id, performance_id, MOST_NAMED)
    return Concerned(
        row["bookings"], row["people"], row["admitted"], row["pending"], row["waiting"],
        tuple(ConcernedBooking(one["booking_id"], one["name"], one["party_size"], one["admitted"], one["status"]) for one in named),
    )  # fmt: skip


async def record_of(database: Any, services: Services, by: Actor, performance_id: int) -> PerformanceRecord:
    """Return one performance as `database` or a transaction sees it. Refuses PERFORMANCE_NOT_FOUND."""
    row = await database.fetchrow(PERFORMANCES.read_performance, by.org_id, performance_id)
    if row is None:
        raise Refused(Reason.PERFORMANCE_NOT_FOUND)
    refuse_other_venue(by, row["venue_id"])
    return _record(row, services.clock.now())


def _record(row: Any, now: datetime) -> PerformanceRecord:
    times = BookingTimes(
        row["status"], row["ends_at"], row["booking_opens_at"], row["booking_closes_at"], row["booking_closed"]
    )
    return PerformanceRecord(
        row["performance_id"], row["show_id"], row["title"], row["room_id"], row["room"], row["room_capacity"], row["venue_id"],
        row["timezone"], row["date"], row["start_time"], row["end_time"], row["starts_at"], row["ends_at"],
        row["total_capacity"], row["additional_seats"], row["occupied_seats"], row["booked_count"], row["held_count"],
        row["verified_count"], "ACTIVE" if row["status"] == "ACTIVE" else "CANCELLED", booking_state(times, now),
        row["booking_opens_at"], row["booking_closes_at"], row["booking_closed"], row["check_in_opens_minutes"],
        row["check_in_closes_minutes"], row["largest_party"], row["show_largest_party"], row["cancelled_at"],
        row["cancel_message"], row["status"] == "ACTIVE" or row["bookings_ended_at"] is not None, row["moved_at"],
        row["version"],
    )  # fmt: skip
