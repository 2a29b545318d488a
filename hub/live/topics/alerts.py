"""Topic `alerts`: metrics that are over their threshold."""

from typing import Any

from hub.actions.reporting.alerts import TOPIC, list_alerts, watches_all
from hub.live.topics.context import TopicContext
from hub.live.topics.events import open_venue_events
from hub.live.topics.subscribe_request import SubscribeRequest


async def open_alerts(context: TopicContext, request: SubscribeRequest) -> dict[str, Any]:
    """Those that stand and those cleared lately in the reply, then each as it is raised or cleared.

    Staff who belong to no venue in particular follow all of them, though their session is for the first.
    """
    services, identity = context.services, context.identity

    async def read(venue_id: int | None) -> dict[str, Any]:
        return {"alerts": await list_alerts(services, identity.org_id, venue_id)}

    of_all = request.venue_id is None and await watches_all(services, identity.org_id, identity.staff_id)
    return await open_venue_events(context, request, TOPIC, read, of_all=of_all)
