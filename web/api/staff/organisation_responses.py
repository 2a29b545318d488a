"""Responses about organisations."""

from datetime import datetime

from web.api.responses import Done, Response


class OrganisationFields(Response):
    organisation_id: int
    name: str
    slug: str
    """The short name that signing in and links take."""
    created_at: datetime
    version: int
    """Counts the changes. `If-Match` names it."""
    venues: int
    staff: int
    """Accounts that can sign in."""


class OrganisationPageFields(Response):
    organisations: list[OrganisationFields]
    next: int | None
    """The `before` of the next page; null at the end."""


class OrganisationPageAnswer(Done):
    data: OrganisationPageFields


class OrganisationAnswer(Done):
    data: OrganisationFields


class AddedOrganisationFields(Response):
    organisation: OrganisationFields
    username: str
    password: str | None
    """The password that was made, shown this once; null if the request had one."""


class AddedOrganisationAnswer(Done):
    data: AddedOrganisationFields
