"""Requests about venues and gates."""

from typing import Annotated

from pydantic import Field

from hub.actions.venues.gates import LONGEST_GATE
from hub.actions.venues.venue_records import LONGEST_ADDRESS
from hub.rules.show_texts import LONGEST_NAME
from web.api.requests import AdminRequest, FilledText, Id, Text
from web.limits import LONGEST_COUNTRY, LONGEST_LANGUAGE, LONGEST_ZONE

_Name = Annotated[FilledText, Field(max_length=LONGEST_NAME)]
_Zone = Annotated[FilledText, Field(max_length=LONGEST_ZONE, examples=["Europe/Rome"])]
_Address = Annotated[Text, Field(max_length=LONGEST_ADDRESS)]
_Country = Annotated[FilledText, Field(max_length=LONGEST_COUNTRY, examples=["IT"])]
_Language = Annotated[FilledText, Field(max_length=LONGEST_LANGUAGE, examples=["en", "zh_Hans"])]
_GateName = Annotated[FilledText, Field(max_length=LONGEST_GATE)]


class NewVenue(AdminRequest):
    name: _Name
    timezone: _Zone
    address: _Address = ""
    country: _Country = "US"
    language: _Language = "en"


class ChangedVenue(AdminRequest):
    name: _Name | None = None
    timezone: _Zone | None = None
    address: _Address | None = None
    country: _Country | None = None
    language: _Language | None = None


class NewGate(AdminRequest):
    name: _GateName
    venue_id: Annotated[Id | None, Field(default=None, description="By default the venue of the session.")]


class ChangedGate(AdminRequest):
    name: _GateName | None = None
    retired: Annotated[bool | None, Field(default=None, description="Retires the gate, or opens it again.")]
