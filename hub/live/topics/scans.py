"""Topic `scans`: every decision at the gates of a venue, through the filter that the client gives."""

from typing import Any

from hub.actions.reporting.feed import FeedFilter
from hub.live.channels.scans import ScanKey
from hub.live.topics.context import TopicContext
from hub.live.topics.subscribe_request import SubscribeRequest
from hub.live.topics.venue_day import read_requested_venue


async def open_scans(context: TopicContext, request: SubscribeRequest) -> dict[str, Any]:
    """Reply with the last scans, then send each one that is decided."""
    venue = await read_requested_venue(context, request)
    wanted = FeedFilter(request.gate, request.reason, request.operator_id, request.result)
    channel = await context.channels.scans.open(ScanKey(venue.org_id, venue.id, wanted))
    subscription = context.subscriptions.add("scans", channel, venue_id=venue.id)
    return {
        "topic": "scans",
        "subscription": subscription.number,
        "revision": channel.state.revision,
        "venue_id": venue.id,
        **channel.state.snapshot(),
    }
