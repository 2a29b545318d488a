"""Topic `tickets`: that tickets of the organisation changed."""

from typing import Any

from hub.live.topics.context import TopicContext
from hub.live.topics.subscribe_request import SubscribeRequest


def open_tickets(context: TopicContext, _: SubscribeRequest) -> dict[str, Any]:
    """Subscribe without a snapshot. A client requests a ticket after this, or requests it again."""
    channel = context.channels.tickets.channel(context.identity.org_id)
    subscription = context.subscriptions.add("tickets", channel)
    return {"topic": "tickets", "subscription": subscription.number, "revision": channel.state.version}
