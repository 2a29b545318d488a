"""Requests of staff: signing in."""

from typing import Annotated

from pydantic import Field

from web.api.requests import FilledText, Request, Text
from web.limits import LONGEST_ORGANISATION, LONGEST_PASSWORD, LONGEST_PIN, LONGEST_USERNAME


class Login(Request):
    username: Annotated[FilledText, Field(max_length=LONGEST_USERNAME)]
    password: Annotated[
        Text | None, Field(default=None, max_length=LONGEST_PASSWORD, description="Either this or the PIN.")
    ]
    organisation: Annotated[
        FilledText | None,
        Field(
            default=None,
            max_length=LONGEST_ORGANISATION,
            description="The organisation's short name or id. Only needed if several have this user name.",
        ),
    ]
    pin: Annotated[Text | None, Field(default=None, max_length=LONGEST_PIN, description="Either this or the password.")]
