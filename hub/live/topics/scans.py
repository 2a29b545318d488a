"""The topic `scans`: the feed of a venue, through the filter the watcher gives."""

from typing import TYPE_CHECKING, Any

from hub.actions.reporting.feed import FeedWish
from hub.actions.venues.venues import read_venue
from hub.live.channels.scans import FeedKey
from hub.live.channels.subscription import Watch

if TYPE_CHECKING:
    from hub.live.commands.dispatcher import Conversation
    from hub.live.commands.subscriptions import Subscribe


async def open_feed(talk: "Conversation", wish: "Subscribe") -> dict[str, Any]:
    """The last scans in the answer, then each as it is decided."""
    hub = talk.hub
    venue = await read_venue(hub.services, talk.identity.org_id, wish.venue_id or talk.own_venue())
    room = await hub.feed.open(
        FeedKey(venue.org_id, venue.id, FeedWish(wish.gate, wish.reason, wish.operator_id, wish.result))
    )
    watch = Watch(talk.watch_number(), "scans", room, room, talk.queue, venue_id=venue.id)
    talk.keep(watch)
    return {
        "topic": "scans",
        "subscription": watch.number,
        "revision": room.revision,
        "venue_id": venue.id,
        **room.snapshot(),
    }
