"""The topic `alerts`: measures that are over their threshold."""

from typing import TYPE_CHECKING, Any

from hub.actions.reporting.alerts import TOPIC, list_alerts, watches_all
from hub.live.topics.venue_events import open_events_of_venue

if TYPE_CHECKING:
    from hub.live.commands.dispatcher import Conversation
    from hub.live.commands.subscriptions import Subscribe


async def open_alerts(talk: "Conversation", wish: "Subscribe") -> dict[str, Any]:
    """Those that stand and those just over in the answer, then each as it is raised or cleared.

    Whoever belongs to no venue in particular looks after all of them, though their session is for the first.
    """
    me = talk.identity

    async def read(venue_id: int | None) -> dict[str, Any]:
        return {"alerts": await list_alerts(talk.hub.services, me.org_id, venue_id)}

    of_all = wish.venue_id is None and await watches_all(talk.hub.services, me.org_id, me.staff_id)
    return await open_events_of_venue(talk, wish, TOPIC, read, of_all=of_all)
