"""Event channels: single events are sent to the subscribers of a topic, each once and in order.

Events are not state. If some may have been lost (a slow reader, a lost connection to another process), the client gets
`missed`, and subscribes again to get the current state. Whatever must not be lost is a row in Postgres.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from hub.events.announcements import TopicEvent
from hub.live.channels.channel import Channel, Channels
from hub.live.channels.tick import Tick
from hub.live.protocol import frames
from hub.live.protocol.event_bodies import MissedBody

TICK_SECONDS = 0.1
KEPT_EVENTS = 64
"""Events kept for clients that read slowly. A client further behind gets `missed`."""

EventFilter = Callable[[TopicEvent], bool]


class EventKey(NamedTuple):
    topic: str
    org_id: int


class KeptEvent(NamedTuple):
    """An event encoded once for all subscribers. `event` is None if it concerns all of them."""

    tail: bytes
    event: TopicEvent | None


class EventLog:
    """The last events of a topic and organisation. `version` (the revision on the wire) counts this process's events."""

    __slots__ = ("_events", "_missed", "version")

    def __init__(self, missed: Any) -> None:
        self.version = 0
        self._missed = missed
        self._events: deque[KeptEvent] = deque(maxlen=KEPT_EVENTS)

    def add(self, body: Any, event: TopicEvent | None = None) -> None:
        self.version += 1
        self._events.append(KeptEvent(frames.event_tail(self.version, body), event))

    def add_missed(self) -> None:
        self.add(self._missed)

    def update_after(self, version: int | None) -> tuple[int, bytes | None]:
        return self.next_after(version or 0)

    def next_after(self, version: int, wants: EventFilter | None = None) -> tuple[int, bytes | None]:
        """Return the version and the encoded next event after `version`; None if no later event is wanted.

        If the next event is no longer kept, return `missed`.
        """
        behind = self.version - version
        if behind > len(self._events):
            return self.version, frames.event_tail(self.version, self._missed)
        for back in range(behind, 0, -1):
            tail, event = self._events[-back]
            if event is None or wants is None or wants(event):
                return self.version - back + 1, tail
        return self.version, None


class FilteredEvents:
    """An event log behind the filter of one subscription."""

    __slots__ = ("_log", "_wants")

    def __init__(self, log: EventLog, wants: EventFilter) -> None:
        self._log = log
        self._wants = wants

    @property
    def version(self) -> int:
        return self._log.version

    def update_after(self, version: int | None) -> tuple[int, bytes | None]:
        return self._log.next_after(version or 0, self._wants)


EventChannel = Channel[EventKey, EventLog]


class EventChannels(Channels[EventKey, EventChannel]):
    """The channels of all topics with single events. They are never dropped, because their versions must only grow."""

    def __init__(self, *, tick: float = TICK_SECONDS) -> None:
        super().__init__(Tick(tick), kept_seconds=float("inf"))

    def channel(self, topic: str, org_id: int) -> EventChannel:
        key = EventKey(topic, org_id)
        return self._find_or_add(key, lambda: Channel(key, EventLog(MissedBody(missed=True))))

    def receive(self, event: TopicEvent) -> None:
        channel = self._channels.get(EventKey(event.topic, event.org_id))
        if channel is not None:
            # Also without subscribers, because a client may be reading the current state before it subscribes.
            channel.state.add(orjson.Fragment(event.body), event)
            self.changed(channel)

    def announcements_missed(self) -> None:
        """Send `missed` to all subscribers, because announcements of other processes may have been lost."""
        for channel in self._channels.values():
            channel.state.add_missed()
            self.changed(channel)
