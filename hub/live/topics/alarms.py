"""The topic `alarms`: codes that were shown at two gates."""

from typing import TYPE_CHECKING, Any

from hub.actions.scanning.duplicate_alarms import TOPIC, list_alarms
from hub.live.topics.venue_events import open_events_of_venue

if TYPE_CHECKING:
    from hub.live.commands.dispatcher import Conversation
    from hub.live.commands.subscriptions import Subscribe


async def open_alarms(talk: "Conversation", wish: "Subscribe") -> dict[str, Any]:
    """Those of the last twelve hours in the answer, then each as it is raised."""

    async def read(venue_id: int | None) -> dict[str, Any]:
        return {"alarms": await list_alarms(talk.hub.services, talk.identity.org_id, venue_id)}

    return await open_events_of_venue(talk, wish, TOPIC, read)
