"""Topic `alarms`: codes that were shown at two gates."""

from typing import Any

from hub.actions.scanning.duplicate_alarms import TOPIC, list_alarms
from hub.live.topics.context import TopicContext
from hub.live.topics.events import open_venue_events
from hub.live.topics.subscribe_request import SubscribeRequest


async def open_alarms(context: TopicContext, request: SubscribeRequest) -> dict[str, Any]:
    """Reply with the alarms of the last twelve hours, then send each one that is raised."""

    async def read(venue_id: int | None) -> dict[str, Any]:
        return {"alarms": await list_alarms(context.services, context.identity.org_id, venue_id)}

    return await open_venue_events(context, request, TOPIC, read)
