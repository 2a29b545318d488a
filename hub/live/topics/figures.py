"""Topic `figures`: the statistics of a venue's day by minute and gate."""

from typing import Any

from hub.live.topics.context import TopicContext
from hub.live.topics.subscribe_request import SubscribeRequest
from hub.live.topics.venue_day import read_venue_day


async def open_figures(context: TopicContext, request: SubscribeRequest) -> dict[str, Any]:
    """Subscribe first and take the snapshot second. Changes after the reply's revision come as events."""
    venue, day = await read_venue_day(context, request)
    channel = await context.channels.statistics.open(venue, day)
    subscription = context.subscriptions.add("figures", channel, venue_id=venue.id, day=day)
    board = channel.state
    return {"topic": "figures", "subscription": subscription.number, "revision": board.revision, **board.snapshot()}
