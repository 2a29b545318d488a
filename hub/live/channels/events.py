"""The event rooms: what happens is told to the watchers of a topic, each event once and in order.

News and not a state: where some of it may be lost on the way (a slow reader, another process that could not be heard),
the watcher is told that something was missed, and subscribes anew for the whole of it. What must not be lost is a row.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import orjson

from hub.events.announcements import TopicEvent
from hub.live.channels.tick import Tick
from hub.live.connection.send_queue import SendQueue
from hub.live.protocol import frames

TICK_SECONDS = 0.1
KEPT_EVENTS = 64
"""For clients that read slowly; who is further behind is told that something was missed."""


class Kept(NamedTuple):
    """An event as the room keeps it: written once for all who are told. `told` is None for what concerns everybody."""

    tail: bytes
    told: TopicEvent | None


class EventWatch:
    """One subscription of one socket; `number` is its name on that socket.

    `seen` is the revision its answer speaks of (the room's own, where left out); `wants` picks the events it is told.
    """

    __slots__ = ("_offered", "_queue", "_room", "_seen", "_wants", "number", "venue_id")

    day = None

    def __init__(
        self,
        number: int,
        room: "EventRoom",
        queue: SendQueue,
        *,
        seen: int | None = None,
        venue_id: int | None = None,
        wants: Callable[[TopicEvent], bool] | None = None,
    ) -> None:
        self.number = number
        self.venue_id = venue_id
        self._room = room
        self._queue = queue
        self._seen = room.revision if seen is None else seen
        self._wants = wants
        self._offered = False
        room.watches.add(self)

    @property
    def topic(self) -> str:
        return self._room.topic

    def nudge(self) -> None:
        """Offer what is new, one event after the other; while the socket is full, one offer stands for all of them."""
        while not self._offered and self._seen != self._room.revision and self in self._room.watches:
            self._offered = True
            self._queue.offer(self)

    def render(self) -> bytes | None:
        self._offered = False
        if self._seen == self._room.revision or self not in self._room.watches:
            return None
        self._seen, tail = self._room.event_after(self._seen, self._wants)
        if self._seen != self._room.revision:
            # Not at once: where the queue asked for this frame, it has yet to write it.
            asyncio.get_running_loop().call_soon(self.nudge)
        return None if tail is None else frames.event(self.topic.encode(), self.number, tail)

    def leave(self) -> None:
        self._room.watches.discard(self)


class EventRoom:
    """What an organisation is told of one topic here. `revision` counts the events told by this process."""

    __slots__ = ("_events", "_missed", "revision", "topic", "watches")

    def __init__(self, topic: str, missed: dict[str, Any]) -> None:
        self.topic = topic
        self.watches: set[EventWatch] = set()
        self.revision = 0
        self._missed = missed
        self._events: deque[Kept] = deque(maxlen=KEPT_EVENTS)

    def add(self, data: Any, told: TopicEvent | None = None) -> None:
        self.revision += 1
        self._events.append(Kept(frames.event_tail(self.revision, data), told))

    def add_missed(self) -> None:
        self.add(self._missed)

    def to_tell(self) -> Collection[EventWatch]:
        return self.watches

    def event_after(self, revision: int, wants: Callable[[TopicEvent], bool] | None = None) -> tuple[int, bytes | None]:
        """The next event for who has seen `revision`, and its own; None where nothing after it is for them.

        Where what comes next is forgotten, that something was missed.
        """
        behind = self.revision - revision
        if behind > len(self._events):
            return self.revision, frames.event_tail(self.revision, self._missed)
        for back in range(behind, 0, -1):
            tail, told = self._events[-back]
            if told is None or wants is None or wants(told):
                return self.revision - back + 1, tail
        return self.revision, None


class EventRooms:
    """The rooms of every topic whose events are told one by one, by topic and organisation."""

    def __init__(self, *, tick: float = TICK_SECONDS) -> None:
        self._tick = Tick(tick)
        self._rooms: dict[tuple[str, int], EventRoom] = {}

    def room(self, topic: str, org_id: int) -> EventRoom:
        room = self._rooms.get((topic, org_id))
        if room is None:
            room = self._rooms[topic, org_id] = EventRoom(topic, {"missed": True})
        return room

    def hear(self, told: TopicEvent) -> None:
        room = self._rooms.get((told.topic, told.org_id))
        if room is not None:
            # Also where nobody watches: somebody may be reading what there is before they do.
            room.add(orjson.Fragment(told.body), told)
            self._tick.changed(room)

    def missed(self) -> None:
        """What other processes announced may have been missed."""
        for room in self._rooms.values():
            room.add_missed()
            self._tick.changed(room)

    def close(self) -> None:
        self._tick.close()
