"""Requests of bookings: asking for seats, and confirming the request with the link of its e-mail."""

from typing import Annotated

from pydantic import Field

from web.api.requests import Email, FilledText, Id, Organisation, Request, Text
from web.limits import LARGEST_PARTY, LONGEST_NAME, LONGEST_NOTES, LONGEST_PHONE, LONGEST_TOKEN


class RequestBooking(Request):
    performance_id: Annotated[Id, Field(description="The performance, as `GET /api/shows` lists it.")]
    name: Annotated[FilledText, Field(max_length=LONGEST_NAME, examples=["Ada Lovelace"])]
    email: Annotated[Email, Field(description="The address that the link for the confirmation is sent to.")]
    phone: Annotated[
        Text | None,
        Field(default=None, max_length=LONGEST_PHONE, description="Optional, in E.164.", examples=["+12025551234"]),
    ]
    party_size: Annotated[
        int,
        Field(ge=1, le=LARGEST_PARTY, description="How many people come. At most the performance's `largest_party`."),
    ]
    notes: Annotated[
        Text | None, Field(default=None, max_length=LONGEST_NOTES, description="What the organiser should know.")
    ]
    consent: Annotated[
        bool,
        Field(default=False, description="Whether the visitor agrees to the show's `consent`. Needed if it has one."),
    ]
    orq: Organisation


class ConfirmBooking(Request):
    token: Annotated[
        Text, Field(min_length=1, max_length=LONGEST_TOKEN, description="The token in the link of the first e-mail.")
    ]
    party_size: Annotated[
        int | None,
        Field(
            default=None,
            ge=1,
            le=LARGEST_PARTY,
            description="Take fewer seats than were asked for, if not all are left.",
        ),
    ]
