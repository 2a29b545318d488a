"""The topic `alerts`: measures that are over their threshold."""

from typing import TYPE_CHECKING, Any

from hub.actions.alerts import TOPIC, list_alerts
from hub.live.event_topic import open_events_of_venue

if TYPE_CHECKING:
    from hub.live.conversation import Conversation
    from hub.live.subscriptions import Subscribe


async def open_alerts(talk: "Conversation", wish: "Subscribe") -> dict[str, Any]:
    """Those that stand and those just over in the answer, then each as it is raised or cleared."""

    async def read(venue_id: int | None) -> dict[str, Any]:
        return {"alerts": await list_alerts(talk.hub.house, talk.identity.org_id, venue_id)}

    return await open_events_of_venue(talk, wish, TOPIC, read)
