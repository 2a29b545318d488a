"""Requests of staff: signing in."""

from typing import Annotated

from pydantic import Field

from web.api.requests import FilledText, Request, Text
from web.limits import (
    LONGEST_ORGANISATION,
    LONGEST_PASSWORD,
    LONGEST_PIN,
    LONGEST_SECOND_FACTOR,
    LONGEST_SESSION_TOKEN,
    LONGEST_USERNAME,
)


class Login(Request):
    username: Annotated[
        FilledText | None,
        Field(default=None, max_length=LONGEST_USERNAME, description="With a password or a PIN. Not with a challenge."),
    ]
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
    challenge: Annotated[
        FilledText | None,
        Field(
            default=None,
            max_length=LONGEST_SESSION_TOKEN,
            description="That of `SECOND_FACTOR_REQUIRED`, in place of name and password.",
        ),
    ]
    code: Annotated[
        Text | None,
        Field(
            default=None,
            max_length=LONGEST_SECOND_FACTOR,
            description="The six digits of the authenticator app, with a challenge or beside the password.",
            examples=["492039"],
        ),
    ]
    recovery_code: Annotated[
        Text | None,
        Field(default=None, max_length=LONGEST_SECOND_FACTOR, description="A recovery code, in place of `code`."),
    ]
