"""Topic `notices`: messages to one staff member, to everybody at one gate or at the venue, or to one scanner."""

from typing import Any

from hub.actions.messaging.notices import TOPIC, recent_notices
from hub.events.announcements import TopicEvent
from hub.live.topics.context import TopicContext
from hub.live.topics.events import open_events
from hub.live.topics.subscribe_request import SubscribeRequest


async def open_notices(context: TopicContext, _: SubscribeRequest) -> dict[str, Any]:
    """Reply with the notices of the last 15 minutes and the unread messages of the day, then send each new one."""
    identity = context.identity

    def wants(event: TopicEvent) -> bool:
        if event.staff_id is not None:
            return event.staff_id == identity.staff_id
        # The gate at the time of the notice, because an operator may walk to another one.
        if event.venue_id != identity.venue_id:
            return False
        if event.device is not None:
            return event.device == context.device.id
        return event.gate is None or event.gate == context.device.gate

    async def read() -> dict[str, Any]:
        notices = await recent_notices(
            context.services, identity.org_id, staff_id=identity.staff_id, venue_id=identity.venue_id,
            gate=context.device.gate, device=context.device.id,
        )  # fmt: skip
        return {"notices": notices}

    return await open_events(context, TOPIC, read, wants=wants)
