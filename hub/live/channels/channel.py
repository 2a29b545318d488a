"""Channels: the subscribers of each state in this process, how changes are coalesced, and how a resync corrects the state.

A channel exists while it has subscribers, and `KEPT_SECONDS` longer. It receives announcements first and reads its source
second. So nothing that happens in between is lost, and announcements older than the reading are dropped by revision.
"""

import asyncio
from collections.abc import Callable, Collection
from typing import Any, Generic, TypeVar

from db.organisation import working_for
from hub.live.channels.shared_reading import SharedReading
from hub.live.channels.subscription import State, Subscription
from hub.live.channels.tick import Tick

FRESH_SECONDS = 2.0
"""Seconds for which a state serves new subscribers from memory: a thousand dashboards that reconnect cause one reading."""
KEPT_SECONDS = 30.0
"""Seconds that a channel without subscribers is kept."""

K = TypeVar("K")
S = TypeVar("S", bound=State)
C = TypeVar("C", bound="Channel[Any, Any]")


class Channel(Generic[K, S]):
    """One state and its subscribers."""

    __slots__ = ("key", "left_at", "opening", "read_at", "reading", "state", "subscribers")

    def __init__(self, key: K, state: S) -> None:
        self.key = key
        self.state = state
        self.subscribers: set[Subscription] = set()
        self.left_at = asyncio.get_running_loop().time()
        """When the last subscriber left, in loop time."""
        self.read_at: float | None = None
        """When the last reading began, in loop time; None before the first."""
        self.opening = 0
        """Number of new subscribers that wait for the first reading."""
        self.reading = SharedReading[int]("channel-reading")

    def due_subscribers(self) -> Collection[Subscription]:
        """Return the subscribers to notify at this tick."""
        return self.subscribers


class Channels(Generic[K, C]):
    """All channels of one kind. A subclass defines how a channel is made, read and updated."""

    def __init__(self, tick: Tick, *, fresh_seconds: float = FRESH_SECONDS, kept_seconds: float = KEPT_SECONDS) -> None:
        self._tick = tick
        self._fresh_seconds = fresh_seconds
        self._kept_seconds = kept_seconds
        self._channels: dict[K, C] = {}

    # ---- What a subclass adds

    async def _read(self, channel: C) -> int:
        """Merge the current state of the source into the channel; return how many parts were new."""
        del channel
        return 0

    def _is_fresh(self, channel: C) -> bool:
        """Return whether the state is recent enough for a new subscriber."""
        read_at = channel.read_at
        return read_at is not None and asyncio.get_running_loop().time() - read_at <= self._fresh_seconds

    def _was_added(self, channel: C) -> None:
        """Called after a channel was made."""

    def _was_dropped(self, channel: C) -> None:
        """Called after a channel without subscribers was dropped."""

    # ---- What all of them share

    def _find_or_add(self, key: K, make: Callable[[], C]) -> C:
        channel = self._channels.get(key)
        if channel is None:
            channel = self._channels[key] = make()
            self._was_added(channel)
        return channel

    async def _open(self, key: K, make: Callable[[], C]) -> C:
        """Return the channel with a current state. Raises what its reading raised."""
        channel = self._find_or_add(key, make)
        if not self._is_fresh(channel):
            channel.opening += 1
            try:
                await self.resync(channel)
            finally:
                channel.opening -= 1
        channel.left_at = asyncio.get_running_loop().time()
        return channel

    async def resync(self, channel: C) -> int:
        """Compare the channel with its source; return how many parts were new. Concurrent callers share one reading."""
        return await channel.reading.read(lambda: self._read_at_once(channel))

    async def _read_at_once(self, channel: C) -> int:
        began = asyncio.get_running_loop().time()
        with working_for(getattr(channel.key, "org_id", None)):
            news = await self._read(channel)
        channel.read_at = began
        return news

    def changed(self, channel: C) -> None:
        """Notify the subscribers of a channel at the next tick."""
        if channel.subscribers:
            self._tick.changed(channel)

    def subscribed(self) -> list[C]:
        """Return the channels with subscribers, and drop those without for too long."""
        now = asyncio.get_running_loop().time()
        for key, channel in list(self._channels.items()):
            if not channel.subscribers and not channel.opening and now - channel.left_at > self._kept_seconds:
                del self._channels[key]
                self._was_dropped(channel)
        return [channel for channel in self._channels.values() if channel.subscribers]

    def __len__(self) -> int:
        return len(self._channels)

    def close(self) -> None:
        self._tick.close()
        for channel in self._channels.values():
            channel.reading.cancel()
