"""Which venue's day a subscription is about."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from hub.actions.venues.venue_cache import Venue
from hub.actions.venues.venues import read_venue
from hub.live.protocol import fields
from hub.rules.venue_day import today

if TYPE_CHECKING:
    from hub.live.commands.dispatcher import Conversation
    from hub.live.commands.subscriptions import Subscribe

WATCHED_DAYS = timedelta(days=400)


async def watched_day(talk: "Conversation", wish: "Subscribe") -> tuple[Venue, date]:
    """The login's venue and today there, where nothing else is wished."""
    venue = await read_venue(talk.hub.services, talk.identity.org_id, wish.venue_id or talk.own_venue())
    this_day = today(talk.hub.services.clock.now(), venue.zone)
    day = wish.day or this_day
    if abs(day - this_day) > WATCHED_DAYS:
        fields.refuse("date", f"give a date within {WATCHED_DAYS.days} days of today")
    return venue, day
