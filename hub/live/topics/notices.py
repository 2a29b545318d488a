"""The topic `notices`: what one member of staff, or everybody at one gate, is to be told at once."""

from typing import TYPE_CHECKING, Any

from hub.actions.messaging.notices import TOPIC, recent_notices
from hub.events.announcements import TopicEvent
from hub.live.topics.venue_events import open_events

if TYPE_CHECKING:
    from hub.live.commands.dispatcher import Conversation
    from hub.live.commands.subscriptions import Subscribe


async def open_notices(talk: "Conversation", wish: "Subscribe") -> dict[str, Any]:
    """Those of the last quarter of an hour in the answer, then each as it is given."""
    del wish
    who = talk.identity

    def mine(told: TopicEvent) -> bool:
        if told.staff_id is not None:
            return told.staff_id == who.staff_id
        # The gate as it is then: an operator may walk to another.
        return told.venue_id == who.venue_id and told.gate == talk.device.gate

    async def read() -> dict[str, Any]:
        return {
            "notices": await recent_notices(
                talk.hub.services, who.org_id, staff_id=who.staff_id, venue_id=who.venue_id, gate=talk.device.gate
            )
        }

    return await open_events(talk, TOPIC, read, wants=mine)
