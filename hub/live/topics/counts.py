"""Topic `counts`: the live counts of a venue's day."""

from typing import Any

from hub.live.channels.counts import DayKey
from hub.live.topics.context import TopicContext
from hub.live.topics.subscribe_request import SubscribeRequest
from hub.live.topics.venue_day import read_venue_day


async def open_counts(context: TopicContext, request: SubscribeRequest) -> dict[str, Any]:
    """Subscribe first and take the snapshot second. Changes after the reply's revision come as events."""
    venue, day = await read_venue_day(context, request)
    channel = await context.channels.counts.open(DayKey(venue.org_id, venue.id, day))
    subscription = context.subscriptions.add("counts", channel, venue_id=venue.id, day=day)
    board = channel.state
    return {"topic": "counts", "subscription": subscription.number, "revision": board.revision, **board.snapshot()}
