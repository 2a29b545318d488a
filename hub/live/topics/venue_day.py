"""Venue day: reads the venue and the day of a subscription."""

from datetime import date, timedelta

from hub.access.scope import refuse_other_venue
from hub.actions.venues.venues import read_venue
from hub.live.protocol import fields
from hub.live.topics.context import TopicContext
from hub.live.topics.subscribe_request import SubscribeRequest
from hub.rules.venue import Venue

MOST_DAYS_AWAY = timedelta(days=400)


async def read_venue_day(context: TopicContext, request: SubscribeRequest) -> tuple[Venue, date]:
    """Return the venue and day of the request; by default the login's venue and the business day that runs there."""
    venue = await read_requested_venue(context, request)
    this_day = venue.business_day(context.services.clock.now())
    day = request.day or this_day
    if abs(day - this_day) > MOST_DAYS_AWAY:
        fields.refuse("date", f"give a date within {MOST_DAYS_AWAY.days} days of today")
    return venue, day


async def read_requested_venue(context: TopicContext, request: SubscribeRequest) -> Venue:
    """Return the venue of the request, or the login's. Refuses FORBIDDEN outside of its scope, NOT_FOUND for an unknown one."""
    venue_id = request.venue_id or context.own_venue_id()
    refuse_other_venue(context.identity, venue_id)
    return await read_venue(context.services, context.identity.org_id, venue_id)
