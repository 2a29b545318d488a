"""Requests of the organiser: rooms, shows and performances."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from hub.rules.performance_plan import LONGEST_MINUTES, MOST_SEATS
from hub.rules.show_texts import (
    LONGEST_DESCRIPTION,
    LONGEST_MESSAGE,
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_SUBTITLE,
    LONGEST_TITLE,
)
from web.api.requests import AdminRequest, Id, Text
from web.limits import MOST_DATES, MOST_TIMES

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?", re.ASCII)
_YEARS = range(2000, 2200)


def _day(value: object) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            found = date.fromisoformat(value)
            if found.year in _YEARS:
                return found
        except ValueError:
            pass
    raise PydanticCustomError("day", "Give a day such as 2026-11-20")


def _clock_time(value: object) -> time:
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            return time.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("time", "Give a time such as 20:00:00")


def _moment(value: object) -> datetime:
    if isinstance(value, str) and len(value) <= 40:
        try:
            found = datetime.fromisoformat(value)
            if found.tzinfo is not None and found.year in _YEARS:
                return found.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise PydanticCustomError("moment", "Give a moment such as 2026-11-20T09:00:00Z")


Day = Annotated[date, BeforeValidator(_day)]
ClockTime = Annotated[
    time, BeforeValidator(_clock_time), WithJsonSchema({"type": "string", "format": "time", "examples": ["20:00:00"]})
]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Name = Annotated[Text, Field(max_length=LONGEST_NAME)]
Title = Annotated[Text, Field(max_length=LONGEST_TITLE)]
Subtitle = Annotated[Text, Field(max_length=LONGEST_SUBTITLE)]
Description = Annotated[Text, Field(max_length=LONGEST_DESCRIPTION, description="Markdown.")]
Accessibility = Annotated[Text, Field(max_length=LONGEST_NOTE)]
Consent = Annotated[
    Text, Field(max_length=LONGEST_NOTE, description="What a visitor agrees to; empty: nothing is asked.")
]
Seats = Annotated[int, Field(ge=0, le=MOST_SEATS)]
Minutes = Annotated[int, Field(ge=1, le=LONGEST_MINUTES)]
CheckInMinutes = Annotated[int, Field(ge=0, le=LONGEST_MINUTES)]
PartySize = Annotated[int, Field(ge=1, le=1000)]
Message = Annotated[
    Text, Field(default="", max_length=LONGEST_MESSAGE, description="The organiser's own words in every e-mail.")
]
Translations = Annotated[
    dict[str, dict[str, Annotated[Text, Field(max_length=LONGEST_DESCRIPTION)]]],
    Field(
        max_length=20,
        description="Texts by language (`zh_Hans`) and field: `title`, `subtitle`, `description`, `accessibility`, `consent`.",
    ),
]
Overlap = Annotated[
    bool, Field(default=False, description="Whether another performance may be in the room at that time.")
]


class NewRoom(AdminRequest):
    name: Name
    capacity: Seats
    accessibility: Annotated[Accessibility, Field(default="")]
    venue_id: Annotated[Id | None, Field(default=None, description="The default is the login's venue.")]


class ChangedRoomFields(AdminRequest):
    name: Annotated[Name | None, Field(default=None)]
    capacity: Annotated[Seats | None, Field(default=None)]
    accessibility: Annotated[Accessibility | None, Field(default=None)]


class NewShow(AdminRequest):
    title: Title
    subtitle: Annotated[Subtitle, Field(default="")]
    description: Annotated[Description, Field(default="")]
    translations: Annotated[Translations, Field(default_factory=dict)]
    duration_minutes: Annotated[Minutes | None, Field(default=None)]
    spoken_language: Annotated[Name, Field(default="")]
    minimum_age: Annotated[int | None, Field(default=None, ge=0, le=99)]
    accessibility: Annotated[Accessibility, Field(default="")]
    consent: Annotated[Consent, Field(default="")]
    largest_party: Annotated[PartySize, Field(default=10)]
    venue_id: Annotated[Id | None, Field(default=None, description="The default is the login's venue.")]


class ChangedShowFields(AdminRequest):
    """Fields that are left out stay as they are."""

    title: Annotated[Title, Field(default="")]
    subtitle: Annotated[Subtitle, Field(default="")]
    description: Annotated[Description, Field(default="")]
    translations: Annotated[Translations, Field(default_factory=dict, description="Replaces all translations.")]
    duration_minutes: Annotated[Minutes | None, Field(default=None)]
    spoken_language: Annotated[Name, Field(default="")]
    minimum_age: Annotated[int | None, Field(default=None, ge=0, le=99)]
    accessibility: Annotated[Accessibility, Field(default="")]
    consent: Annotated[Consent, Field(default="")]
    largest_party: Annotated[PartySize, Field(default=10)]
    status: Annotated[Literal["DRAFT", "PUBLISHED", "ARCHIVED"], Field(default="DRAFT")]


class _NewPerformances(AdminRequest):
    show_id: Id
    room_id: Id
    minutes: Annotated[Minutes | None, Field(default=None, description="The default is the show's `duration_minutes`.")]
    additional_seats: Annotated[Seats, Field(default=0)]
    occupied_seats: Annotated[Seats, Field(default=0)]
    booking_opens_at: Annotated[Moment | None, Field(default=None, description="The default is at once.")]
    booking_closes_at: Annotated[Moment | None, Field(default=None, description="The default is the end.")]
    booking_closes_minutes: Annotated[
        int | None,
        Field(default=None, ge=0, le=7 * LONGEST_MINUTES, description="Minutes before the start, instead of a moment."),
    ]
    booking_closed: Annotated[bool, Field(default=False)]
    check_in_opens_minutes: Annotated[
        CheckInMinutes | None,
        Field(default=None, description="Minutes before the start. The default is the venue's policy."),
    ]
    check_in_closes_minutes: Annotated[
        CheckInMinutes | None,
        Field(default=None, description="Minutes after the start. The default is the venue's policy."),
    ]
    largest_party: Annotated[PartySize | None, Field(default=None, description="The default is the show's.")]
    overlap: Overlap


class NewPerformance(_NewPerformances):
    date: Day
    start_time: ClockTime


class NewRun(_NewPerformances):
    """The days from `from` to `to` that are one of `weekdays` and not in `except`, and `dates` besides; at each of `times`."""

    times: Annotated[list[ClockTime], Field(min_length=1, max_length=MOST_TIMES)]
    first: Annotated[Day | None, Field(default=None, alias="from")]
    last: Annotated[Day | None, Field(default=None, alias="to")]
    weekdays: Annotated[
        list[Annotated[int, Field(ge=1, le=7)]],
        Field(default_factory=lambda: [1, 2, 3, 4, 5, 6, 7], max_length=7, description="1 is Monday."),
    ]
    except_dates: Annotated[list[Day], Field(default_factory=list, max_length=MOST_DATES, alias="except")]
    dates: Annotated[list[Day], Field(default_factory=list, max_length=MOST_DATES)]


class ChangedPerformanceFields(AdminRequest):
    """Fields that are left out stay as they are. `null` takes a limit away."""

    additional_seats: Annotated[Seats, Field(default=0)]
    occupied_seats: Annotated[Seats, Field(default=0)]
    booking_opens_at: Annotated[Moment | None, Field(default=None)]
    booking_closes_at: Annotated[Moment | None, Field(default=None)]
    booking_closed: Annotated[bool, Field(default=False)]
    check_in_opens_minutes: Annotated[CheckInMinutes | None, Field(default=None)]
    check_in_closes_minutes: Annotated[CheckInMinutes | None, Field(default=None)]
    largest_party: Annotated[PartySize | None, Field(default=None)]


class CancelPerformance(AdminRequest):
    message: Message


class MovePerformance(AdminRequest):
    """What is left out stays as it is."""

    day: Annotated[Day | None, Field(default=None, alias="date")]
    start_time: Annotated[ClockTime | None, Field(default=None)]
    room_id: Annotated[Id | None, Field(default=None)]
    minutes: Annotated[Minutes | None, Field(default=None, description="The default is as long as before.")]
    message: Message
    overlap: Overlap
