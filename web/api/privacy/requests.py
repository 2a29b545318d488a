"""Requests about personal data."""

from typing import Annotated

from pydantic import Field

from hub.actions.privacy.retention import LONGEST_DAYS
from web.api.requests import AdminRequest, FilledText
from web.limits import LONGEST_EMAIL

_Address = Annotated[
    FilledText,
    Field(max_length=LONGEST_EMAIL, description="An e-mail address or a phone number.", examples=["john@example.com"]),
]


class PersonAddress(AdminRequest):
    address: _Address


class ErasedAddress(AdminRequest):
    address: _Address
    cancel: Annotated[bool, Field(default=False, description="Whether visits to come are cancelled first.")]


class ChangedRetention(AdminRequest):
    retention_days: Annotated[
        int | None, Field(ge=1, le=LONGEST_DAYS, description="Days after the visit; null keeps contact data for ever.")
    ]
