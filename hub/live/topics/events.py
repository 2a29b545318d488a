"""Topics of single events: the reply has the open items, and every later event is sent when it happens.

    "disputes": Topic(Role.MANAGER, open_disputes)        a row of topics/table.py
    async def open_disputes(context, request):
        return await open_venue_events(context, request, "disputes", read)

`read(venue_id)` reads the open items from Postgres. An action that changes something announces
`TopicEvent.of(org_id, "disputes", {...})`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from hub.access.scope import refuse_other_venue
from hub.actions.venues.venues import read_venue
from hub.events.announcements import TopicEvent
from hub.live.channels.events import EventFilter, FilteredEvents
from hub.live.topics.context import TopicContext
from hub.live.topics.subscribe_request import SubscribeRequest


async def open_events(
    context: TopicContext,
    topic: str,
    read: Callable[[], Awaitable[dict[str, Any]]],
    *,
    wants: EventFilter,
    venue_id: int | None = None,
) -> dict[str, Any]:
    """Open the channel first and read second. An event in between is sent, and may be in the reply too."""
    channel = context.channels.events.channel(topic, context.identity.org_id)
    version = channel.state.version
    found = await read()
    subscription = context.subscriptions.add(
        topic, channel, state=FilteredEvents(channel.state, wants), version=version, venue_id=venue_id
    )
    # After the reply, which has the number of the subscription.
    asyncio.get_running_loop().call_soon(subscription.notify)
    return {"topic": topic, "subscription": subscription.number, "revision": version, **found}


async def open_venue_events(
    context: TopicContext,
    request: SubscribeRequest,
    topic: str,
    read: Callable[[int | None], Awaitable[dict[str, Any]]],
    *,
    of_all: bool = False,
) -> dict[str, Any]:
    """Subscribe to the events of one venue: the requested one, or the login's.

    A login without a venue gets the events of all venues of the organisation. With `of_all`, so does a request without a
    venue. Refuses NOT_FOUND if the organisation has no such venue, and FORBIDDEN if it is outside of the login's scope.
    """
    identity = context.identity
    venue_id = request.venue_id or (None if of_all and not identity.venue_ids else identity.venue_id) or None
    refuse_other_venue(identity, venue_id)
    if venue_id is not None:
        await read_venue(context.services, context.identity.org_id, venue_id)

    def wants(event: TopicEvent) -> bool:
        return venue_id is None or event.venue_id in (None, venue_id)

    return await open_events(context, topic, lambda: read(venue_id), wants=wants, venue_id=venue_id)
