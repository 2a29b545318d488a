"""A watch: one socket's subscription to a state that changes, of which it is sent what is new since it was last told."""

import asyncio
from datetime import date
from typing import Any, Protocol, TypeVar

from hub.live.connection.send_queue import SendQueue
from hub.live.protocol import frames


class State(Protocol):
    """What is watched. `version` grows with every change."""

    @property
    def version(self) -> int: ...

    def tail_since(self, version: int) -> bytes:
        """The shared part of the event that brings a watcher from `version` to now; encoded once for all who are there."""


class Room(Protocol):
    """Where the watchers of one state are; `left_at` is the loop's time when the last of them left."""

    watches: set[Any]
    left_at: float


K = TypeVar("K")
R = TypeVar("R", bound=Room)


def watched_of(rooms: dict[K, R], kept_seconds: float) -> list[R]:
    """The rooms somebody watches. Those left longer ago than `kept_seconds` are dropped from `rooms`."""
    now = asyncio.get_running_loop().time()
    for key, room in list(rooms.items()):
        if not room.watches and now - room.left_at > kept_seconds:
            del rooms[key]
    return [room for room in rooms.values() if room.watches]


class Watch:
    """One subscription of one socket; `number` is its name on that socket."""

    __slots__ = ("_offered", "_queue", "_room", "_state", "_told", "day", "number", "topic", "venue_id")

    def __init__(
        self, number: int, topic: str, room: Room, state: State, queue: SendQueue, *, venue_id: int,
        day: date | None = None,
    ) -> None:  # fmt: skip
        self.number = number
        self.topic = topic
        self.venue_id = venue_id
        self.day = day
        self._room = room
        self._state = state
        self._queue = queue
        self._told = state.version
        self._offered = False
        room.watches.add(self)

    def leave(self) -> None:
        self._room.watches.discard(self)
        if not self._room.watches:
            self._room.left_at = asyncio.get_running_loop().time()

    def nudge(self) -> None:
        """Tell the watcher, once: a frame still unsent will hold everything since the last one sent."""
        if not self._offered:
            self._offered = True
            self._queue.offer(self)

    def render(self) -> bytes | None:
        self._offered = False
        if self._told == self._state.version or self not in self._room.watches:
            return None
        tail = self._state.tail_since(self._told)
        self._told = self._state.version
        return frames.event(self.topic.encode(), self.number, tail)
