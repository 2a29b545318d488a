"""Requests of administration about slots, opening hours and closed days."""

from typing import Annotated, Literal

from pydantic import Field

from hub.actions.venues.change_slots import MOST_AT_ONCE
from hub.rules.opening_hours import LEAST_MINUTES, MOST_CAPACITY, MOST_DAYS, MOST_HOURS_A_DAY, MOST_MINUTES
from hub.rules.show_texts import LONGEST_MESSAGE, LONGEST_NAME
from web.api.requests import AdminRequest, Id, Text
from web.api.shows.admin_requests import ClockTime, Day

Capacity = Annotated[int, Field(ge=0, le=MOST_CAPACITY, description="Spaces of each slot.")]
SlotMinutes = Annotated[int, Field(ge=LEAST_MINUTES, le=MOST_MINUTES, description="How long a slot lasts.")]
VenueId = Annotated[Id | None, Field(default=None, description="The default is the login's venue, or the first.")]
Overlap = Annotated[bool, Field(default=False, description="Whether slots may overlap others.")]
Name = Annotated[Text, Field(max_length=LONGEST_NAME)]
Message = Annotated[
    Text, Field(default="", max_length=LONGEST_MESSAGE, description="The administrator's own words in every e-mail.")
]


class HoursOfDay(AdminRequest):
    """Slots from `opens` to `closes`. `closes` at or before `opens` is after midnight; 00:00 to 00:00 is the whole day."""

    opens: ClockTime
    closes: ClockTime
    minutes: SlotMinutes
    capacity: Capacity


class HoursOfWeekday(HoursOfDay):
    """A day with a break has several of them."""

    weekday: Annotated[int, Field(ge=1, le=7, description="1 is Monday.")]


class ExceptionalDay(AdminRequest):
    """A day with hours of its own."""

    date: Day
    hours: Annotated[list[HoursOfDay], Field(min_length=1, max_length=MOST_HOURS_A_DAY)]


class NewSlot(AdminRequest):
    venue_id: VenueId
    date: Day
    start_time: ClockTime
    end_time: ClockTime
    capacity: Capacity
    overlap: Overlap


class ChangedSlot(AdminRequest):
    capacity: Capacity


class ChosenSlot(AdminRequest):
    slot_id: Id
    version: Annotated[
        int | None, Field(default=None, ge=0, le=2**31 - 1, description="The version that was read. By default any.")
    ]


class ChosenSlots(AdminRequest):
    slots: Annotated[list[ChosenSlot], Field(min_length=1, max_length=MOST_AT_ONCE)]


class ChangedSlots(ChosenSlots):
    capacity: Capacity


class GenerateSlots(AdminRequest):
    """Slots for the days from `from` to `to`. Without `hours` the venue's opening hours hold, as well as its closed days.

    `closed_days` and `exceptions` are besides those stored, and win over them.
    """

    venue_id: VenueId
    first: Annotated[Day, Field(alias="from")]
    last: Annotated[Day, Field(alias="to")]
    hours: Annotated[list[HoursOfWeekday] | None, Field(default=None, max_length=7 * MOST_HOURS_A_DAY)]
    closed_days: Annotated[list[Day], Field(default_factory=list, max_length=MOST_DAYS)]
    exceptions: Annotated[list[ExceptionalDay], Field(default_factory=list, max_length=200)]
    overlap: Overlap


class CopySlots(AdminRequest):
    venue_id: VenueId
    source: Annotated[Day, Field(alias="from")]
    targets: Annotated[list[Day], Field(alias="to", min_length=1, max_length=MOST_DAYS)]
    overlap: Overlap


class CloseSlot(AdminRequest):
    """What happens to those booked. With `move_to` everybody is moved there, if it has room for all."""

    move_to: Annotated[Id | None, Field(default=None)]
    notify: Annotated[
        Literal["move", "choose", "tell"],
        Field(
            description="`move`: they are moved to `move_to`. `choose`: they get a link to choose another time, and stay booked"
            " until they do. `tell`: their visit is cancelled, and their tickets are good for another time."
        ),
    ]
    message: Message


class ChangedHours(AdminRequest):
    """Replaces the whole week. A day without hours is closed."""

    venue_id: VenueId
    hours: Annotated[list[HoursOfWeekday], Field(max_length=7 * MOST_HOURS_A_DAY)]


class NewClosedDays(AdminRequest):
    venue_id: VenueId
    dates: Annotated[list[Day], Field(min_length=1, max_length=MOST_DAYS)]
    name: Annotated[Name, Field(default="")]
    hours: Annotated[
        list[HoursOfDay],
        Field(default_factory=list, max_length=MOST_HOURS_A_DAY, description="Empty: the venue is closed. Else its hours on these days."),
    ]  # fmt: skip


class ChangedClosedDay(AdminRequest):
    """Fields that are left out stay as they are."""

    day: Annotated[Day | None, Field(default=None, alias="date")]
    name: Annotated[Name | None, Field(default=None)]
    hours: Annotated[list[HoursOfDay] | None, Field(default=None, max_length=MOST_HOURS_A_DAY)]
