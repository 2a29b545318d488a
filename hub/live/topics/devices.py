"""Topic `devices`: the scanners of a venue."""

from typing import Any

from hub.live.topics.context import TopicContext
from hub.live.topics.subscribe_request import SubscribeRequest
from hub.live.topics.venue_day import read_requested_venue


async def open_devices(context: TopicContext, request: SubscribeRequest) -> dict[str, Any]:
    """Reply with all devices, then send the changes."""
    venue = await read_requested_venue(context, request)
    channel = await context.channels.devices.open(venue.org_id, venue.id)
    subscription = context.subscriptions.add("devices", channel, venue_id=venue.id)
    return {
        "topic": "devices",
        "subscription": subscription.number,
        "revision": channel.state.revision,
        "venue_id": venue.id,
        **channel.state.snapshot(),
    }
