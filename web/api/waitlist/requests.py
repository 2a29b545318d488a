"""Requests of the waiting list: joining it."""

from typing import Annotated

from pydantic import Field

from hub.actions.booking.party_tickets import MOST_TICKETS
from web.api.requests import Code, Email, FilledText, Id, Organisation, Phone, Proof, Request
from web.limits import LONGEST_TOKEN, MOST_PROOFS


class JoinWaitlist(Request):
    ticket_codes: Annotated[list[Code], Field(min_length=1, max_length=MOST_TICKETS)]
    slot_id: Id
    customer_email: Email
    customer_phone: Phone
    contact_proof: Annotated[
        Proof | Annotated[list[Proof], Field(max_length=MOST_PROOFS)] | None,
        Field(default=None, description="The proofs from `POST /api/contact/confirm`, if the venue asks for them."),
    ]
    orq: Organisation


class JoinWithBooking(Request):
    token: Annotated[
        FilledText,
        Field(
            max_length=LONGEST_TOKEN, description="The token of the link that confirms the booking, from its e-mail."
        ),
    ]
