"""The subscriptions: what a signed-in client may have told to it as it happens, by topic.

counts    a venue's day: the whole of it in the answer, then what changes (`rooms.py`)
figures   the same day by minute and gate, as the log tells it (`figure_rooms.py`)
tickets   that tickets of the organisation stand otherwise than before (`ticket_news.py`)
devices   the scanners of a venue, as they are (`device_rooms.py`)
alerts    measures that are over their threshold (`alerts.py`)
alarms    codes shown at two gates (`alarms.py`)
scans     every decision at the doors of a venue, through a filter (`feed.py`)
notices   what somebody at a gate is to be told at once (`notices.py`)
conflicts whom scanners without a line let in against the hub's word (`conflict_news.py`)
disputes  what operators ask supervisors, and what these answer (`disputes.py`)
"""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.access.roles import Role, at_least
from hub.live.channels.events import EventWatch
from hub.live.channels.statistics import open_figures
from hub.live.channels.subscription import Watch
from hub.live.commands.disputes import open_disputes
from hub.live.protocol import fields
from hub.live.protocol.fields import Fields
from hub.live.topics.alarms import open_alarms
from hub.live.topics.alerts import open_alerts
from hub.live.topics.conflicts import watch_conflicts
from hub.live.topics.devices import open_devices
from hub.live.topics.notices import open_notices
from hub.live.topics.scans import open_feed
from hub.live.topics.venue_day import watched_day
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

if TYPE_CHECKING:
    from hub.live.commands.dispatcher import Conversation

WATCHES_PER_SOCKET = 16


class Topic(NamedTuple):
    """Who may watch, and what opens the watch and gives the answer (a dict, or a coroutine that gives one)."""

    role: Role
    open: Callable[["Conversation", "Subscribe"], Any]


class Subscribe(NamedTuple):
    topic: str
    day: date | None
    venue_id: int | None
    gate: str | None = None
    reason: str | None = None
    operator_id: int | None = None
    result: str | None = None


class Unsubscribe(NamedTuple):
    subscription: int | None
    topic: str | None
    day: date | None
    venue_id: int | None


def read_subscribe(given: Fields) -> Subscribe:
    topic = _topic(given)
    day, venue_id = fields.day_or_none(given, "date"), fields.whole_or_none(given, "venue_id", 1, 2**31 - 1)
    if topic != "scans":
        return Subscribe(topic, day, venue_id)
    return Subscribe(
        topic,
        day,
        venue_id,
        fields.text_or_none(given, "gate", 64),
        fields.text_or_none(given, "reason", 64),
        fields.whole_or_none(given, "operator_id", 1, 2**31 - 1),
        fields.word(given, "result", ("GREEN", "YELLOW", "RED")) if given.get("result") is not None else None,
    )


def read_unsubscribe(given: Fields) -> Unsubscribe:
    named = given.get("topic") is not None or given.get("subscription") is None
    return Unsubscribe(
        fields.whole_or_none(given, "subscription"),
        _topic(given) if named else None,
        fields.day_or_none(given, "date"),
        fields.whole_or_none(given, "venue_id"),
    )


def _topic(given: Fields) -> str:
    topic = fields.text(given, "topic", 64)
    if topic not in TOPICS:
        raise Refused(Reason.UNKNOWN_TOPIC)
    return topic


def subscribe(talk: "Conversation", wish: Subscribe) -> Any:
    if len(talk.watches) >= WATCHES_PER_SOCKET:
        raise Refused(Reason.BUSY, message=f"At most {WATCHES_PER_SOCKET} subscriptions on one socket")
    topic = TOPICS[wish.topic]
    if not at_least(talk.identity.role, topic.role):
        raise Refused(Reason.FORBIDDEN)
    return topic.open(talk, wish)


async def _counts(talk: "Conversation", wish: Subscribe) -> dict[str, Any]:
    """Board first, answer second: what changes after the answer's revision comes as events."""
    hub = talk.hub
    venue, day = await watched_day(talk, wish)
    room = await hub.rooms.open((venue.org_id, venue.id, day))
    watch = Watch(talk.watch_number(), "counts", room, room.board, talk.queue, venue_id=venue.id, day=day)
    talk.keep(watch)
    return {"topic": "counts", "subscription": watch.number, "revision": room.board.revision, **room.board.snapshot()}


def _tickets(talk: "Conversation", _: Subscribe) -> dict[str, Any]:
    """There is nothing to begin with: a ticket on a screen was asked for after this, or is asked for again."""
    room = talk.hub.ticket_news.room(talk.identity.org_id)
    watch = EventWatch(talk.watch_number(), room, talk.queue)
    talk.keep(watch)
    return {"topic": "tickets", "subscription": watch.number, "revision": room.revision}


def unsubscribe(talk: "Conversation", wish: Unsubscribe) -> dict[str, Any]:
    """By its number, or everything of the topic (of that date, of that venue)."""
    ended = [
        watch
        for watch in talk.watches
        if (wish.subscription is None or watch.number == wish.subscription)
        and wish.topic in (None, watch.topic)
        and wish.day in (None, watch.day)
        and wish.venue_id in (None, watch.venue_id)
    ]
    if not ended:
        raise Refused(Reason.NOT_FOUND, message="No such subscription")
    for watch in ended:
        talk.drop(watch)
    return {"subscriptions": [watch.number for watch in ended]}


TOPICS: dict[str, Topic] = {
    "counts": Topic(Role.OPERATOR, _counts),
    "figures": Topic(Role.MANAGER, open_figures),
    "tickets": Topic(Role.OPERATOR, _tickets),
    "devices": Topic(Role.MANAGER, open_devices),
    "alerts": Topic(Role.MANAGER, open_alerts),
    "alarms": Topic(Role.MANAGER, open_alarms),
    "scans": Topic(Role.MANAGER, open_feed),
    "notices": Topic(Role.OPERATOR, open_notices),
    "conflicts": Topic(Role.MANAGER, watch_conflicts),
    "disputes": Topic(Role.MANAGER, open_disputes),
}
