"""Requests about webhooks."""

from typing import Annotated

from pydantic import Field

from hub.actions.webhooks.subscriptions import LONGEST_NAME, LONGEST_URL, MOST_EVENTS_AT_ONCE
from hub.rules.webhook_events import EVENTS, EventName
from web.api.requests import AdminRequest, FilledText, Id

_Name = Annotated[FilledText, Field(max_length=LONGEST_NAME)]
_Url = Annotated[FilledText, Field(max_length=LONGEST_URL, examples=["https://shop.example/hooks/venue"])]
_Events = Annotated[list[EventName], Field(min_length=1, max_length=len(EVENTS))]
_Batch = Annotated[
    int, Field(ge=1, le=MOST_EVENTS_AT_ONCE, description="The most events of one request. Above 1 its body is a list.")
]
_Venue = Annotated[Id | None, Field(default=None, description="Only events of this venue; null for every venue.")]


class NewWebhook(AdminRequest):
    name: _Name
    url: _Url
    events: _Events
    venue_id: _Venue
    batch: _Batch = 1
    paused: bool = False


class ChangedWebhook(AdminRequest):
    name: _Name | None = None
    url: _Url | None = None
    events: _Events | None = None
    venue_id: _Venue
    batch: _Batch | None = None
    paused: bool | None = None


class ReplayedEvents(AdminRequest):
    from_: Annotated[Id, Field(alias="from", description="The number of the first event that is sent again.")]
