"""Requests of administration about API keys."""

from typing import Annotated

from pydantic import Field

from hub.actions.integration.api_keys import LONGEST_NAME
from hub.rules.api_keys import HIGHEST_RATE, SCOPES, USUAL_RATE
from web.api.endpoint import Scope
from web.api.requests import AdminRequest, FilledText, Id

_Name = Annotated[FilledText, Field(max_length=LONGEST_NAME, examples=["Web shop"])]
_Scopes = Annotated[list[Scope], Field(min_length=1, max_length=len(SCOPES))]
_Venues = Annotated[list[Id], Field(max_length=100, description="Only these venues. None named: every one.")]
_Rate = Annotated[int, Field(ge=1, le=HIGHEST_RATE)]


class NewApiKeyFields(AdminRequest):
    name: _Name
    scopes: _Scopes
    venue_ids: Annotated[_Venues, Field(default_factory=list)]
    requests_per_minute: Annotated[_Rate, Field(default=USUAL_RATE)]


class ChangedApiKey(AdminRequest):
    """Fields that are left out stay as they are."""

    name: Annotated[_Name, Field(default="")]
    scopes: Annotated[_Scopes, Field(default_factory=list)]
    venue_ids: Annotated[_Venues, Field(default_factory=list)]
    requests_per_minute: Annotated[_Rate, Field(default=USUAL_RATE)]
