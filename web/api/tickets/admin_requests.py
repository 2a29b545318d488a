"""Requests of administration about products and tickets."""

from typing import Annotated, Literal

from pydantic import Field

from hub.actions.booking.cancelled_tickets import LONGEST_REASON
from hub.actions.tickets.products import LONGEST_LINE, LONGEST_NAME, MOST_GATES
from hub.rules.product_validity import LONGEST_DAYS
from web.api.requests import AdminRequest, Email, FilledText, Id, Text
from web.api.shows.admin_requests import Day
from web.limits import MOST_TICKETS

_Name = Annotated[Text, Field(max_length=LONGEST_NAME)]
_Line = Annotated[Text, Field(max_length=LONGEST_LINE)]
_Days = Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
_Gates = Annotated[list[Id], Field(max_length=MOST_GATES)]
_Mode = Literal["immediate", "deferred"]


class NewProduct(AdminRequest):
    name: _Name
    name_zh: Annotated[_Name, Field(default="", description="In Chinese. Without it `name` is shown.")]
    activation_mode: Annotated[
        _Mode, Field(default="immediate", description="`deferred`: the holder activates a ticket before booking.")
    ]
    venue_id: Annotated[Id | None, Field(default=None, description="Without it the tickets are valid at every venue.")]
    valid_days: Annotated[
        _Days | None, Field(default=None, description="From the issue of a ticket. Either this or `valid_until`.")
    ]
    valid_until: Annotated[Day | None, Field(default=None, description="The last day, at the product's venue.")]
    gate_ids: Annotated[_Gates, Field(default_factory=list, description="None chosen: every gate.")]
    note: Annotated[_Line, Field(default="", description="A line that the steward must know.")]
    note_zh: Annotated[_Line, Field(default="")]
    attention: Annotated[bool, Field(default=False, description="Whether the steward must not miss it.")]
    question: Annotated[_Line, Field(default="", description="Answered with yes or no before an entry; no refuses it.")]
    question_zh: Annotated[_Line, Field(default="")]
    sold_at_door: Annotated[
        bool, Field(default=True, description="Whether sellers at a gate see it, where the venue sells at its gates.")
    ]


class ChangedProductFields(AdminRequest):
    """Fields that are left out stay as they are. null removes a venue, a number of days or a last day."""

    name: Annotated[_Name, Field(default="")]
    name_zh: Annotated[_Name, Field(default="")]
    activation_mode: Annotated[_Mode, Field(default="immediate")]
    venue_id: Annotated[Id | None, Field(default=None)]
    valid_days: Annotated[_Days | None, Field(default=None, description="Replaces `valid_until`.")]
    valid_until: Annotated[Day | None, Field(default=None, description="Replaces `valid_days`.")]
    gate_ids: Annotated[_Gates, Field(default_factory=list, description="Replaces all gates.")]
    note: Annotated[_Line, Field(default="")]
    note_zh: Annotated[_Line, Field(default="")]
    attention: Annotated[bool, Field(default=False)]
    question: Annotated[_Line, Field(default="")]
    question_zh: Annotated[_Line, Field(default="")]
    sold_at_door: Annotated[bool, Field(default=True)]
    archived: Annotated[bool, Field(default=False, description="An archived product sells no more tickets.")]


class NewTickets(AdminRequest):
    count: Annotated[int, Field(ge=1, le=MOST_TICKETS)]
    product_id: Annotated[Id | None, Field(default=None, description="The default is the first product.")]
    status: Annotated[Literal["ACTIVATED", "PENDING_PAYMENT", "INACTIVE"], Field(default="ACTIVATED")]
    channel: Annotated[Literal["direct", "mini_program", "ota"], Field(default="direct")]
    order_id: Annotated[Id | None, Field(default=None, description="An order that stands. The default is a new one.")]
    email: Annotated[
        Email | None,
        Field(default=None, description="The buyer's address, for a new order: it shows them all of its tickets."),
    ]


class CancelTicket(AdminRequest):
    reason: Annotated[FilledText, Field(max_length=LONGEST_REASON, description="For staff. The visitor never sees it.")]
