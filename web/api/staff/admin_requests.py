"""Requests of an administrator about staff."""

from typing import Annotated, Literal

from pydantic import Field

from hub.rules.staff_scope import MOST_GATES, MOST_SHIFTS, MOST_VENUES
from web.api.requests import AdminRequest, FilledText, Id, Text
from web.api.shows.admin_requests import ClockTime, Day, Moment
from web.limits import LONGEST_EMAIL, LONGEST_PASSWORD, LONGEST_PIN, LONGEST_USERNAME

Username = Annotated[FilledText, Field(max_length=LONGEST_USERNAME)]
PersonName = Annotated[FilledText, Field(max_length=100)]
RoleText = Annotated[Text, Field(max_length=20, description="OPERATOR, MANAGER or ADMIN.", examples=["OPERATOR"])]
PersonEmail = Annotated[Text, Field(max_length=LONGEST_EMAIL, description="Empty: none.", examples=["ann@example.org"])]
NewPassword = Annotated[Text, Field(max_length=LONGEST_PASSWORD)]
NewPin = Annotated[Text, Field(max_length=LONGEST_PIN, description="6 to 12 digits.")]
VenueIds = Annotated[list[Id], Field(max_length=MOST_VENUES, description="Empty: all venues.")]
GateIds = Annotated[list[Id], Field(max_length=MOST_GATES, description="Empty: all gates of these venues.")]


class ShiftFields(AdminRequest):
    """A shift on the clock of the person's first venue. One that ends no later than it starts ends on the next day."""

    date: Day
    start_time: ClockTime
    end_time: ClockTime


Shifts = Annotated[
    list[ShiftFields],
    Field(max_length=MOST_SHIFTS, description="The only times at which they may work. Empty: at all times."),
]


class NewStaffMember(AdminRequest):
    username: Username
    name: PersonName
    role: RoleText
    email: PersonEmail | None = None
    password: NewPassword | None = None
    pin: NewPin | None = None
    invite: Annotated[
        bool, Field(default=False, description="Send an e-mail with a link to choose a password. Then give neither.")
    ]
    venue_ids: VenueIds = Field(default_factory=list)
    gate_ids: GateIds = Field(default_factory=list)
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    shifts: Shifts = Field(default_factory=list)


class ChangedStaffMember(AdminRequest):
    """What changes. A field that is left out stays; null removes an address or a date."""

    username: Username = ""
    name: PersonName = ""
    role: RoleText = ""
    email: PersonEmail | None = None
    venue_ids: VenueIds = Field(default_factory=list)
    gate_ids: GateIds = Field(default_factory=list)
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    shifts: Shifts = Field(default_factory=list)


class ResetStaffSecret(AdminRequest):
    how: Annotated[
        Literal["mail", "pin"],
        Field(description="`mail`: a link to a new password. `pin`: a new PIN for an operator, in this answer only."),
    ]


class RenameOwn(AdminRequest):
    name: PersonName


class OwnSecret(AdminRequest):
    old: Annotated[Text, Field(max_length=LONGEST_PASSWORD, description="The present password or PIN.")]
    password: NewPassword | None = None
    pin: NewPin | None = None
