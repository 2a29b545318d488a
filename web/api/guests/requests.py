"""Requests about guests."""

from typing import Annotated, Literal

from pydantic import Field

from hub.rules.guest_lists import LARGEST_PARTY, LONGEST_NAME, LONGEST_NOTE, MOST_AT_ONCE
from web.api.requests import AdminRequest, Email, Id, Text
from web.api.shows.admin_requests import Day

_Name = Annotated[Text, Field(max_length=LONGEST_NAME, examples=["Jane Smith"])]
_Party = Annotated[int, Field(ge=1, le=LARGEST_PARTY, description="How many people, the named one included.")]
_Note = Annotated[Text, Field(max_length=LONGEST_NOTE, description="What the steward sees.")]


class NewGuest(AdminRequest):
    name: _Name
    party: _Party = 1
    note: _Note = ""
    email: Email | None = None


class _Place(AdminRequest):
    """Guests are listed for `slot_id`, or for a whole day: `venue_id` and `date`."""

    slot_id: Id | None = None
    venue_id: Id | None = None
    date: Day | None = None
    counts: Annotated[
        bool, Field(description="Whether they take spaces that others could book. Else the slot becomes larger.")
    ] = True
    invite: Annotated[bool, Field(description="Whether guests with an address are sent their code.")] = False
    again: Annotated[bool, Field(description="Whether a name that is on the list already is added once more.")] = False
    language: Literal["en", "zh_Hans"] = "en"


class NewGuests(_Place):
    guests: Annotated[list[NewGuest], Field(max_length=MOST_AT_ONCE)]


class PastedGuests(_Place):
    lines: Annotated[
        Text, Field(max_length=100_000, description="One guest a line: name, people, note and e-mail, or a CSV file.")
    ]


class ChangedGuest(AdminRequest):
    """What changes. An empty `email` removes the address."""

    name: _Name | None = None
    party: _Party | None = None
    note: _Note | None = None
    email: Email | None = None
    invite: bool = False
