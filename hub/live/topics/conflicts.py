"""Topic `conflicts`: visitors whom offline scanners let in against the hub's decision, for managers to decide."""

from typing import Any

from hub.actions.scanning import conflicts
from hub.live.topics.context import TopicContext
from hub.live.topics.events import open_venue_events
from hub.live.topics.subscribe_request import SubscribeRequest


async def open_conflicts(context: TopicContext, request: SubscribeRequest) -> dict[str, Any]:
    """Reply with the undecided conflicts, then send each one that is new or decided."""

    async def read(venue_id: int | None) -> dict[str, Any]:
        return await conflicts.open_conflicts(context.services, context.identity.org_id, venue_id)

    return await open_venue_events(context, request, conflicts.TOPIC, read)
