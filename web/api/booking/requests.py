"""Requests of booking: making and moving reservations, checking and confirming contact details."""

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
    ticket_ids: Annotated[
        list[Id] | None,
        Field(
            default=None,
            max_length=MOST_TICKETS,
            description="All tickets of the party, for the figures of the booking page.",
        ),
    ]


class SendCode(Request):
    email: Email
    phone: Phone
    channel: Annotated[Channel, Field(description="The channel that gets the code.")]
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
    ticket_codes: Annotated[
        list[Code], Field(min_length=1, max_length=MOST_TICKETS, description="The tickets, each once.")
    ]
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
            description="Token of a waiting list entry with these tickets. Books the spaces offered to it, with the entry's contact.",
        ),
    ]
    orq: Organisation


class SendAgain(Request):
    """One of both: a ticket's code, or an email address."""

    ticket_code: Annotated[Code | None, Field(default=None, description="A ticket that is reserved.")]
    email: Annotated[
        Email | None,
        Field(default=None, description="The address that visits were booked or tickets were bought with."),
    ]
    orq: Organisation


class MoveReservation(Request):
    slot_id: Id
    party: Annotated[
        bool, Field(default=False, description="Move all reservations of the party that are not cancelled, or none.")
    ]


class CorrectAddress(Request):
    customer_email: Email
    contact_proof: ContactProof
