"""Requests of door sales."""

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from hub.actions.door_sales.sell_at_door import MOST_AT_ONCE
from web.api.parameters import SAME_STATUS
from web.api.requests import Email, Gate, Id, Request, Text, uuid_text
from web.api.scanning.requests import AnswerGiven
from web.limits import LONGEST_NAME


class SellAtDoor(Request):
    scan_id: Annotated[
        UUID,
        BeforeValidator(uuid_text),
        Field(
            description=f"Identifies the sale and its entry. A repeat gets the same order and changes nothing. {SAME_STATUS}"
        ),
    ]
    slot_id: Annotated[Id, Field(description="A slot of today at the venue of the login.")]
    product_id: Id
    count: Annotated[int, Field(default=1, ge=1, le=MOST_AT_ONCE, description="How many tickets.")]
    admit: Annotated[
        bool,
        Field(default=True, description="Whether the visitors come in now. Else their tickets are booked, for later."),
    ]
    answer: AnswerGiven
    name: Annotated[
        Text | None, Field(default=None, max_length=LONGEST_NAME, description="The visitor's, who need not give it.")
    ]
    email: Annotated[Email | None, Field(default=None, description="Where the tickets go, if the visitor wants that.")]
    gate: Gate
