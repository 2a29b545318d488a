"""Topic `disputes`: what operators ask supervisors, and what these answer."""

from typing import Any

from hub.actions.scanning.disputes import MOST, RECENT, TOPIC, list_disputes
from hub.live.topics.context import TopicContext
from hub.live.topics.events import open_venue_events
from hub.live.topics.subscribe_request import SubscribeRequest


async def open_disputes(context: TopicContext, request: SubscribeRequest) -> dict[str, Any]:
    """Reply with open disputes and those decided in the last 15 minutes, then send each one that changes."""
    services, identity = context.services, context.identity

    async def read(venue_id: int | None) -> dict[str, Any]:
        since = services.clock.now() - RECENT
        page = await list_disputes(services, identity, venue_id=venue_id, since=since, limit=MOST)
        return {"disputes": page["disputes"]}

    return await open_venue_events(context, request, TOPIC, read)
