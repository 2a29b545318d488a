"""Responses to administration about slots, opening hours and closed days."""

from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import Field

from web.api.responses import Done, Response


class ClosureFields(Response):
    way: Literal["move", "choose", "tell"]
    move_to: int | None
    message: str
    closed_at: datetime
    finished: bool
    """False while people are still being moved or notified."""


class AdminSlotFields(Response):
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
    """Kept for the waiting list, or for people who are being moved here."""
    entered: int
    available_count: int
    status: Literal["ACTIVE", "CLOSED"]
    closure: ClosureFields | None
    """How it was closed."""
    version: int
    """Counts the changes by administration. `If-Match` names it."""


class AdminSlotPage(Response):
    slots: list[AdminSlotFields]
    next: str | None
    """The `before` of the next page; null at the end."""


class AdminSlotPageAnswer(Done):
    data: AdminSlotPage


class AdminSlotAnswer(Done):
    data: AdminSlotFields


class PlannedSlotFields(Response):
    slot_id: int | None
    """Null for a dry run."""
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    capacity: int


class OtherSlot(Response):
    slot_id: int | None
    """Null for another one of the same plan."""
    date: date
    start_time: time
    end_time: time


class SlotOverlapFields(Response):
    date: date
    start_time: time
    end_time: time
    other: Annotated[OtherSlot, Field(alias="with")]


class SkippedSlotFields(Response):
    date: date
    start_time: time | None
    """Null for a whole day."""
    cause: Literal["closed", "no_such_time", "past"]
    """`no_such_time`: clocks skip it on that day."""
    name: str
    """Of the closed day."""


class SlotPlanCounts(Response):
    made: int
    standing: int
    """Slots that begin at the same time already. They stay as they are."""
    overlapping: int
    skipped: int


class MadeSlotsFields(Response):
    venue_id: int
    counts: SlotPlanCounts
    made: list[PlannedSlotFields]
    """The first 200, as of each of the lists below."""
    standing: list[OtherSlot]
    overlapping: list[SlotOverlapFields]
    skipped: list[SkippedSlotFields]
    dry_run: bool


class MadeSlotsAnswer(Done):
    data: MadeSlotsFields


class ChangedSlotFields(Response):
    slot_id: int
    date: date
    start_time: time
    was: int
    capacity: int
    booked: int
    held: int
    available_count: int
    version: int


class ChangedSlotsFields(Response):
    slots: list[ChangedSlotFields]
    dry_run: bool


class ChangedSlotsAnswer(Done):
    data: ChangedSlotsFields


class DeletedSlotsFields(Response):
    deleted: int
    """With a dry run, how many would be."""
    dry_run: bool


class DeletedSlotsAnswer(Done):
    data: DeletedSlotsFields


class ConcernedPeople(Response):
    people: int
    """Booked and not in yet."""
    parties: int
    entered: int
    """They stay in."""
    waiting: int
    """Parties on the waiting list, which is closed."""
    unfit: int
    """Of the people, those whose ticket is not good in the slot they would be moved to."""


class ClosedSlotFields(Response):
    slot: AdminSlotFields
    concerned: ConcernedPeople
    remaining: int
    """People or parties that are moved or notified within the next seconds."""
    dry_run: bool


class ClosedSlotAnswer(Done):
    data: ClosedSlotFields


class ReleasedFields(Response):
    slot_id: int
    released: int
    """People who did not come, and whose spaces were released."""
    dry_run: bool


class ReleasedAnswer(Done):
    data: ReleasedFields


class HoursFields(Response):
    opens: time
    closes: time
    minutes: int
    capacity: int


class WeekdayHoursFields(HoursFields):
    weekday: int
    """1 is Monday."""


class OpeningHoursFields(Response):
    venue_id: int
    hours: list[WeekdayHoursFields]
    version: int
    """0 while there are none."""


class OpeningHoursAnswer(Done):
    data: OpeningHoursFields


class ClosedDayFields(Response):
    closed_day_id: int
    venue_id: int
    venue: str
    date: date
    name: str
    hours: list[HoursFields]
    """Empty: the venue is closed."""
    source: Literal["entered", "imported"]
    version: int


class ClosedDayPageFields(Response):
    closed_days: list[ClosedDayFields]
    next: str | None
    """The `after` of the next page; null at the end."""


class ClosedDayPageAnswer(Done):
    data: ClosedDayPageFields


class ClosedDayAnswer(Done):
    data: ClosedDayFields


class NamedDayFields(Response):
    date: date
    name: str


class LeftOutFields(Response):
    name: str
    reason: str


class AddedDaysFields(Response):
    venue_id: int
    added: list[NamedDayFields]
    existing: list[NamedDayFields]
    """Days that the venue has already. They stay as they are."""
    left_out: list[LeftOutFields]
    """Events of the file that give no closed day, and why."""
    dry_run: bool


class AddedDaysAnswer(Done):
    data: AddedDaysFields
