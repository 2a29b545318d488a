"""Slots for tickets as administration sees them: listed, read, and counted by day. Performances are none of them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from db.statements import load
from hub.access.scope import refuse_other_venue, venue_within
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

OPENING_HOURS = load("venues/opening_hours")
SLOT_PLANS = load("venues/slot_plans")

_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)

SlotStatus = Literal["ACTIVE", "CLOSED"]
ClosingWay = Literal["move", "choose", "tell"]
"""What happens to those booked: they are moved, choose another time, or are notified that their visit is cancelled."""


@dataclass(frozen=True, slots=True)
class Closure:
    """How a slot was closed. `finished` is false while people are still being moved or notified."""

    way: ClosingWay
    move_to: int | None
    message: str
    closed_at: datetime
    finished: bool


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """A slot with its counts. `held` places are kept for the waiting list, or for people who are being moved here."""

    slot_id: int
    venue_id: int
    venue: str
    timezone: str
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    capacity: int
    booked: int
    held: int
    entered: int
    status: SlotStatus
    closure: Closure | None
    version: int

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.booked - self.held) if self.status == "ACTIVE" else 0


@dataclass(frozen=True, slots=True)
class SlotFilter:
    """What a list of slots shows. None filters nothing."""

    venue_id: int | None = None
    first: date | None = None
    last: date | None = None
    status: SlotStatus | None = None


@dataclass(frozen=True, slots=True)
class SlotPage:
    """One page of slots, the last one first. `next` is the `before` of the following page; None at the end."""

    slots: tuple[SlotRecord, ...]
    next: tuple[datetime, int] | None


@dataclass(frozen=True, slots=True)
class DayOfSlots:
    """All slots of a venue's day together. `closed` of them are closed, and offer no places beyond those booked."""

    date: date
    slots: int
    closed: int
    capacity: int
    booked: int
    held: int
    entered: int

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.booked - self.held)


@dataclass(frozen=True, slots=True)
class VenueName:
    venue_id: int
    name: str
    timezone: str


async def venue_names(services: Services, by: Actor) -> list[VenueName]:
    """Return the venues of the organisation within the actor's scope, the first one first."""
    rows = await services.database.fetch(OPENING_HOURS.venue_names, by.org_id)
    return [VenueName(*row) for row in rows if not by.venue_ids or row["id"] in by.venue_ids]


async def list_slots(
    services: Services, by: Actor, wanted: SlotFilter, *, before: tuple[datetime, int] | None = None, limit: int = 50
) -> SlotPage:
    """Return the slots of the organisation that match, the last one first."""
    venue_id = venue_within(by, wanted.venue_id, by.venue_id)
    since, until = _span(wanted)
    bounds = (since, *min(until, before or until), wanted.first, wanted.last)
    records = services.database.records
    if wanted.status == "CLOSED":
        rows = await records.fetch(SLOT_PLANS.page_of_closed, by.org_id, *bounds, limit + 1, venue_id)
    elif venue_id is None:
        rows = await records.fetch(SLOT_PLANS.page_of_slots, by.org_id, *bounds, wanted.status, limit + 1)
    else:
        rows = await records.fetch(SLOT_PLANS.page_of_venue, by.org_id, *bounds, wanted.status, limit + 1, venue_id)
    ids = [row["id"] for row in rows[:limit]]
    found = tuple(_record(row) for row in await services.database.fetch(SLOT_PLANS.read_slots, by.org_id, ids))
    return SlotPage(found, (found[-1].starts_at, found[-1].slot_id) if len(rows) > limit and found else None)


def _span(wanted: SlotFilter) -> tuple[datetime, tuple[datetime, int]]:
    """Return bounds of the time for the days of a filter: the first moment, and a place behind the last. Every zone is within them."""
    since = _EARLIEST if wanted.first is None else datetime.combine(wanted.first, time(), UTC) - timedelta(days=1)
    until = _LATEST if wanted.last is None else datetime.combine(wanted.last, time(), UTC) + timedelta(days=3)
    return since, (until, BEYOND)


async def slots_between(services: Services, by: Actor, venue_id: int, first: date, last: date) -> list[SlotRecord]:
    """Return all slots of a venue from `first` to `last`, in order of time."""
    wanted, found, before = SlotFilter(venue_id, first, last), list[SlotRecord](), None
    while True:
        page = await list_slots(services, by, wanted, before=before, limit=1000)
        found += page.slots
        before = page.next
        if before is None:
            return found[::-1]


async def days_of_slots(
    services: Services, by: Actor, venue_id: int, first: date, last: date
) -> dict[date, DayOfSlots]:
    """Return the days of a venue that have slots."""
    refuse_other_venue(by, venue_id)
    rows = await services.database.fetch(SLOT_PLANS.days_of_slots, by.org_id, venue_id, first, last)
    return {row["date"]: DayOfSlots(*row) for row in rows}


async def read_slot(services: Services, by: Actor, slot_id: int) -> SlotRecord:
    """Return one slot. Refuses SLOT_NOT_FOUND, also for a performance."""
    return await record_of(services.database, by, slot_id)


async def record_of(database: Any, by: Actor, slot_id: int) -> SlotRecord:
    """Return one slot as `database` or a transaction sees it. Refuses SLOT_NOT_FOUND."""
    row = await database.fetchrow(SLOT_PLANS.read_slot, by.org_id, slot_id)
    if row is None:
        raise Refused(Reason.SLOT_NOT_FOUND)
    refuse_other_venue(by, row["venue_id"])
    return _record(row)


def _record(row: Any) -> SlotRecord:
    closure = None
    if row["way"] is not None:
        closure = Closure(row["way"], row["move_to"], row["message"], row["closed_at"], row["finished_at"] is not None)
    return SlotRecord(
        row["slot_id"], row["venue_id"], row["venue"], row["timezone"], row["date"], row["start_time"], row["end_time"],
        row["starts_at"], row["ends_at"], row["total_capacity"], row["booked_count"], row["held_count"],
        row["verified_count"], row["status"], closure, row["version"],
    )  # fmt: skip
