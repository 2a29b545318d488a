"""Requests about organisations."""

from typing import Annotated

from pydantic import Field

from hub.rules.short_names import LONGEST_SLUG
from hub.rules.show_texts import LONGEST_NAME
from web.api.requests import AdminRequest, FilledText, Text
from web.limits import LONGEST_PASSWORD, LONGEST_USERNAME

_Name = Annotated[FilledText, Field(max_length=LONGEST_NAME)]
_Slug = Annotated[FilledText, Field(max_length=LONGEST_SLUG, examples=["museum"])]


class FirstAdministrator(AdminRequest):
    username: Annotated[FilledText, Field(max_length=LONGEST_USERNAME)]
    name: _Name
    password: Annotated[
        Text | None,
        Field(default=None, max_length=LONGEST_PASSWORD, description="By default one is made and answered once."),
    ]


class NewOrganisation(AdminRequest):
    name: _Name
    slug: Annotated[_Slug | None, Field(default=None, description="By default made of the name.")]
    administrator: FirstAdministrator


class ChangedOrganisation(AdminRequest):
    name: _Name | None = None
    slug: _Slug | None = None
