"""Topic `messages`: what the control room has sent to the gates, with who has read it."""

from typing import Any

from hub.actions.messaging.gate_messages import TOPIC, recent_messages
from hub.live.topics.context import TopicContext
from hub.live.topics.events import open_venue_events
from hub.live.topics.subscribe_request import SubscribeRequest


async def open_messages(context: TopicContext, request: SubscribeRequest) -> dict[str, Any]:
    """Reply with the messages of the last twelve hours, then send each one that is new, or that somebody has read."""

    async def read(venue_id: int | None) -> dict[str, Any]:
        return {"messages": await recent_messages(context.services, context.identity.org_id, venue_id)}

    return await open_venue_events(context, request, TOPIC, read)
