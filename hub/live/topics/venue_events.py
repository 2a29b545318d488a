"""How a topic of single events is subscribed to: what there is in the answer, and every event after it.

    "disputes": Topic(Role.MANAGER, open_disputes)        a row of subscriptions.TOPICS
    async def open_disputes(talk, wish):
        return await open_events_of_venue(talk, wish, "disputes", read)

`read(venue_id)` gives the open ones from Postgres; whoever changes one tells `TopicEvent.of(org_id, "disputes", {...})`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from hub.actions.venues.venues import read_venue
from hub.events.announcements import TopicEvent
from hub.live.channels.events import EventWatch

if TYPE_CHECKING:
    from hub.live.commands.dispatcher import Conversation
    from hub.live.commands.subscriptions import Subscribe


async def open_events(
    talk: "Conversation",
    topic: str,
    read: Callable[[], Awaitable[dict[str, Any]]],
    *,
    venue_id: int | None = None,
    wants: Callable[[TopicEvent], bool] | None = None,
) -> dict[str, Any]:
    """Room first, reading second: what happens in between is told, and perhaps also stands in the answer."""
    room = talk.hub.events.room(topic, talk.identity.org_id)
    seen = room.revision
    found = await read()
    watch = EventWatch(talk.watch_number(), room, talk.queue, seen=seen, venue_id=venue_id, wants=wants)
    talk.keep(watch)
    # After the answer, which names the subscription.
    asyncio.get_running_loop().call_soon(watch.nudge)
    return {"topic": topic, "subscription": watch.number, "revision": seen, **found}


async def open_events_of_venue(
    talk: "Conversation",
    wish: "Subscribe",
    topic: str,
    read: Callable[[int | None], Awaitable[dict[str, Any]]],
    *,
    of_all: bool = False,
) -> dict[str, Any]:
    """Of one venue: the one wished for, or the login's; of all venues of the organisation for a login that has none, and
    with `of_all` where none is wished for.

    Refuses NOT_FOUND where the organisation has no such venue.
    """
    venue_id = wish.venue_id or (None if of_all else talk.identity.venue_id) or None
    if venue_id is not None:
        await read_venue(talk.hub.services, talk.identity.org_id, venue_id)

    def wants(told: TopicEvent) -> bool:
        return venue_id is None or told.venue_id in (None, venue_id)

    return await open_events(talk, topic, lambda: read(venue_id), venue_id=venue_id, wants=wants)
