"""The topic `conflicts`: whom scanners without a line let in against the hub's word, as managers are to decide it."""

from typing import TYPE_CHECKING, Any

from hub.actions.scanning.conflicts import TOPIC, open_conflicts
from hub.live.topics.venue_events import open_events_of_venue

if TYPE_CHECKING:
    from hub.live.commands.dispatcher import Conversation
    from hub.live.commands.subscriptions import Subscribe


async def watch_conflicts(talk: "Conversation", wish: "Subscribe") -> dict[str, Any]:
    """Those that wait for a decision in the answer, then each that is new or decided."""

    async def read(venue_id: int | None) -> dict[str, Any]:
        return await open_conflicts(talk.hub.services, talk.identity.org_id, venue_id)

    return await open_events_of_venue(talk, wish, TOPIC, read)
