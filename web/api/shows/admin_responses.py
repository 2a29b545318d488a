"""Responses to the organiser: rooms, shows and performances."""

from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import Field

from web.api.responses import Done, Response


class RoomFields(Response):
    room_id: int
    venue_id: int
    venue: str
    name: str
    capacity: int
    accessibility: str
    performances: int
    """All of its performances."""
    performances_to_come: int
    """Those that are neither over nor cancelled."""
    version: int
    """Counts the changes. `If-Match` names it."""


class RoomPageFields(Response):
    rooms: list[RoomFields]
    next: int | None
    """The `before` of the next page; null at the end."""


class RoomPageAnswer(Done):
    data: RoomPageFields


class RoomAnswer(Done):
    data: RoomFields


class ResizedPerformance(Response):
    performance_id: int
    title: str
    date: date
    start_time: time
    was: int
    capacity: int


class ChangedRoom(Response):
    room: RoomFields
    performances: list[ResizedPerformance]
    """The performances to come whose capacity follows the room's."""
    dry_run: bool


class ChangedRoomAnswer(Done):
    data: ChangedRoom


class Deleted(Response):
    deleted: bool
    """False for a dry run: it would be deleted."""


class DeletedAnswer(Done):
    data: Deleted


class PosterFields(Response):
    url: str
    """The address of the image. It never changes its content."""
    width: int
    height: int


class ShowFields(Response):
    show_id: int
    venue_id: int
    venue: str
    timezone: str
    title: str
    subtitle: str
    description: str
    translations: dict[str, dict[str, str]]
    duration_minutes: int | None
    spoken_language: str
    minimum_age: int | None
    accessibility: str
    consent: str
    largest_party: int
    status: Literal["DRAFT", "PUBLISHED", "ARCHIVED"]
    poster: PosterFields | None
    performances: int
    performances_to_come: int
    next_performance_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class ShowPageFields(Response):
    shows: list[ShowFields]
    next: int | None
    """The `before` of the next page; null at the end."""


class ShowPageAnswer(Done):
    data: ShowPageFields


class OrganiserShowAnswer(Done):
    data: ShowFields


class PerformanceFields(Response):
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
    """The room's capacity plus additional minus occupied seats."""
    available_count: int
    additional_seats: int
    occupied_seats: int
    booked: int
    held: int
    """Seats that are kept for the waiting list."""
    admitted: int
    status: Literal["ACTIVE", "CANCELLED"]
    booking: Literal["OPEN", "NOT_YET", "CLOSED", "CANCELLED", "OVER"]
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
    """False while a cancelled performance has bookings that are not cancelled yet."""
    moved_at: datetime | None
    version: int


class PerformancePageFields(Response):
    performances: list[PerformanceFields]
    next: str | None
    """The `before` of the next page; null at the end."""


class PerformancePageAnswer(Done):
    data: PerformancePageFields


class PerformanceAnswer(Done):
    data: PerformanceFields


class OtherPerformance(Response):
    performance_id: int | None
    """Null for another one of the same run."""
    title: str
    date: date
    start_time: time
    end_time: time


class OverlapFields(Response):
    date: date
    start_time: time
    end_time: time
    other: Annotated[OtherPerformance, Field(alias="with")]


class SkippedPerformance(Response):
    date: date
    start_time: time
    cause: Literal["no_such_time", "past", "exists"]
    """`no_such_time`: clocks skip it on that day."""


class MadePerformance(Response):
    performance_id: int | None
    """Null for a dry run."""
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    capacity: int


class MadePerformances(Response):
    performances: list[MadePerformance]
    skipped: list[SkippedPerformance]
    overlaps: list[OverlapFields]
    """Other performances in the room, if `overlap` allowed them."""
    dry_run: bool


class MadePerformancesAnswer(Done):
    data: MadePerformances


class ConcernedBooking(Response):
    booking_id: int
    name: str
    party_size: int
    admitted: int
    status: Literal["PENDING", "CONFIRMED"]


class Concerned(Response):
    bookings: int
    """Confirmed bookings with nobody in yet."""
    people: int
    """People of these bookings."""
    admitted: int
    """People who are in."""
    pending: int
    """Requests that are not confirmed."""
    waiting: int
    """Parties on the waiting list."""
    first: list[ConcernedBooking]
    """The first 100 bookings of all of these."""


class CancelledPerformance(Response):
    performance: PerformanceFields
    concerned: Concerned
    """Whom the performance concerned when it was cancelled."""
    ended: int
    """Bookings and requests that this call ended, each with one e-mail."""
    remaining: int
    """Those that the hub is still ending, or would end after a dry run."""
    dry_run: bool


class CancelledPerformanceAnswer(Done):
    data: CancelledPerformance


class MovedPerformance(Response):
    performance: PerformanceFields
    concerned: Concerned
    overlaps: list[OverlapFields]
    notified: int
    """Bookings whose e-mail this call has queued."""
    remaining: int
    """Those that the hub is still writing to, or would write to after a dry run."""
    dry_run: bool


class MovedPerformanceAnswer(Done):
    data: MovedPerformance
