"""Topic `alerts`: measured values that are at or over their threshold."""

from typing import Any

from hub.actions.reporting.alerts import TOPIC, list_alerts, watches_all
from hub.live.topics.context import TopicContext
from hub.live.topics.events import open_venue_events
from hub.live.topics.subscribe_request import SubscribeRequest


async def open_alerts(context: TopicContext, request: SubscribeRequest) -> dict[str, Any]:
    """Reply with the raised and recently cleared alerts, then send each one that is raised, measured again or cleared.

    Staff who belong to no single venue follow all venues, although their session is for the first one.
    """
    services, identity = context.services, context.identity

    async def read(venue_id: int | None) -> dict[str, Any]:
        return {"alerts": await list_alerts(services, identity.org_id, venue_id)}

    of_all = request.venue_id is None and await watches_all(services, identity.org_id, identity.staff_id)
    return await open_venue_events(context, request, TOPIC, read, of_all=of_all)
