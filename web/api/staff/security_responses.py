"""Responses about how an organisation's staff sign in."""

from datetime import datetime
from typing import Literal

from web.api.responses import Done, Response, RoleName


class Security(Response):
    version: int
    """Counts the changes. `If-Match` names it."""
    require_second_factor: Literal["none", "administrators", "passwords", "everybody"]
    passwords: Literal["everybody", "administrators", "nobody"]
    issuer: str
    """Empty without a provider."""
    client_id: str
    has_client_secret: bool
    label: str
    match: Literal["email", "username", "linked"]
    worked_at: datetime | None
    """When an administrator first signed in by this provider."""
    redirect_uri: str
    """The address to register at the provider."""


class SecurityAnswer(Done):
    data: Security


class SecurityPerson(Response):
    staff_id: int
    username: str
    name: str
    role: RoleName
    has_password: bool
    second_factor_since: datetime | None
    second_factor_used_at: datetime | None
    recovery_codes_left: int
    connected_at: datetime | None
    """When the account was connected with the organisation's provider."""


class SecurityPeople(Response):
    people: list[SecurityPerson]
    next: int | None
    """The `before` of the next page; null at the end."""


class SecurityPeopleAnswer(Done):
    data: SecurityPeople


class ProviderChecked(Response):
    answers: Literal[True]


class ProviderCheckedAnswer(Done):
    data: ProviderChecked


class Removed(Response):
    removed: bool


class RemovedAnswer(Done):
    data: Removed
