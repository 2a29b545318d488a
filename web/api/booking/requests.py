"""The requests of booking: reservations made and moved, contact details checked and confirmed."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from hub.actions.booking.party_tickets import MOST_TICKETS
from web.api.requests import Code, ContactProof, Email, FilledText, Id, Organisation, Phone, Request, Text
from web.limits import LONGEST_CONTACT_CODE, LONGEST_TOKEN

Channel = Literal["email", "sms"]


class VerifyContact(Request):
    ticket_id: Id
    email: Email
    phone: Phone


class SendCode(Request):
    email: Email
    phone: Phone
    channel: Annotated[Channel, Field(description="Which of the two gets the code.")]
    orq: Organisation


class ConfirmCode(Request):
    challenge_id: Annotated[UUID, Field(strict=False)]
    code: Annotated[FilledText, Field(max_length=LONGEST_CONTACT_CODE, examples=["246810"])]


class CreateReservation(Request):
    ticket_id: Id
    slot_id: Id
    customer_email: Email
    customer_phone: Phone
    contact_proof: ContactProof
    orq: Organisation


class CreateParty(Request):
    ticket_codes: Annotated[list[Code], Field(min_length=1, max_length=MOST_TICKETS, description="Each ticket once.")]
    slot_id: Id
    customer_email: Email
    customer_phone: Phone
    contact_proof: ContactProof
    waitlist_token: Annotated[
        Text | None,
        Field(
            default=None,
            min_length=1,
            max_length=LONGEST_TOKEN,
            description="Of an entry of the waiting list with these tickets: takes what is offered to it. The contact is the entry's.",
        ),
    ]
    orq: Organisation


class MoveReservation(Request):
    slot_id: Id
    party: Annotated[
        bool, Field(default=False, description="Move everybody booked with it who still stands, all of them or nobody.")
    ]
