"""The topic `devices`: the scanners of a venue, as they are."""

from typing import TYPE_CHECKING, Any

from hub.actions.venues.venues import read_venue
from hub.live.channels.subscription import Watch

if TYPE_CHECKING:
    from hub.live.commands.dispatcher import Conversation
    from hub.live.commands.subscriptions import Subscribe


async def open_devices(talk: "Conversation", wish: "Subscribe") -> dict[str, Any]:
    """All of them in the answer, then what changes."""
    venue = await read_venue(talk.hub.services, talk.identity.org_id, wish.venue_id or talk.own_venue())
    room = await talk.hub.device_rooms.open((venue.org_id, venue.id))
    watch = Watch(talk.watch_number(), "devices", room, room, talk.queue, venue_id=venue.id)
    talk.keep(watch)
    return {
        "topic": "devices",
        "subscription": watch.number,
        "revision": room.revision,
        "venue_id": venue.id,
        **room.snapshot(),
    }
