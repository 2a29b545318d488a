"""Requests of an organisation's sign-in settings."""

from typing import Annotated, Literal

from pydantic import Field

from hub.actions.staff.sign_in_settings import LONGEST_CLIENT, LONGEST_LABEL, LONGEST_SECRET, LONGEST_URL
from web.api.requests import AdminRequest, Text


class ChangedSecurity(AdminRequest):
    require_second_factor: Annotated[
        Literal["none", "administrators", "passwords", "everybody"] | None,
        Field(
            default=None,
            description="`passwords`: administrators and everybody who signs in with a password. An operator's PIN is asked for"
            " a code under `everybody` only.",
        ),
    ]
    passwords: Annotated[
        Literal["everybody", "administrators", "nobody"] | None,
        Field(
            default=None,
            description="Who may sign in with a password. It takes effect when an administrator has signed in by the"
            " provider. PINs and owners are not concerned.",
        ),
    ]
    issuer: Annotated[
        Text | None,
        Field(
            default=None,
            max_length=LONGEST_URL,
            description="The provider's address. Empty: no provider.",
            examples=["https://login.example.org"],
        ),
    ]
    client_id: Annotated[Text | None, Field(default=None, max_length=LONGEST_CLIENT)]
    client_secret: Annotated[
        Text | None,
        Field(default=None, max_length=LONGEST_SECRET, description="Never shown again. Empty: a public client."),
    ]
    label: Annotated[
        Text | None,
        Field(default=None, max_length=LONGEST_LABEL, description="What the button says: `Sign in with ...`."),
    ]
    match: Annotated[
        Literal["email", "username", "linked"] | None,
        Field(
            default=None,
            description="How an account that is not connected yet finds its member of staff: by the verified `email`, by"
            " `preferred_username`, or by one sign-in with a password (`linked`).",
        ),
    ]
