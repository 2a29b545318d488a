"""Subscription: one socket follows one channel, and is sent the changes since its last frame."""

import asyncio
from datetime import date
from typing import Any, Protocol

from hub.live.connection.send_queue import SendQueue


class State(Protocol):
    """The content of a channel: a whole state, or a list of events."""

    @property
    def version(self) -> int:
        """A number that grows with every change."""

    def update_after(self, version: int | None) -> tuple[int, bytes | None]:
        """Return the new version and the update after `version` (None: the subscriber has nothing yet).

        The bytes are the shared part of the frame, encoded once for all subscribers at `version`; None if there is nothing
        to send. If the returned version is not the newest, there is more to send.
        """


class Followed(Protocol):
    """The part of a channel that a subscription uses. `left_at` is the loop time when its last subscriber left."""

    subscribers: set[Any]
    left_at: float


class Subscription:
    """A subscription. `number` identifies it on its socket. `head` precedes the shared part of each of its frames."""

    __slots__ = ("_channel", "_head", "_offered", "_queue", "_state", "_version", "day", "number", "topic", "venue_id")

    def __init__(
        self,
        queue: SendQueue,
        *,
        head: bytes = b"",
        number: int = 0,
        topic: str = "",
        venue_id: int | None = None,
        day: date | None = None,
    ) -> None:
        self.number = number
        self.topic = topic
        self.venue_id = venue_id
        self.day = day
        self._head = head
        self._queue = queue
        self._channel: Followed | None = None
        self._state: State | None = None
        self._version: int | None = None
        self._offered = False

    def follow(self, channel: Followed, state: State, *, version: int | None) -> None:
        """Follow this channel and no other from now on. `version` is the version that the client has."""
        self.leave()
        self._channel, self._state, self._version = channel, state, version
        channel.subscribers.add(self)

    def leave(self) -> None:
        channel, self._channel, self._state = self._channel, None, None
        if channel is not None:
            channel.subscribers.discard(self)
            if not channel.subscribers:
                channel.left_at = asyncio.get_running_loop().time()

    def notify(self) -> None:
        """Offer the changes to the socket. While the socket is full, one offer covers all later changes."""
        while not self._offered and self._state is not None and self._version != self._state.version:
            self._offered = True
            self._queue.offer(self)

    def render(self) -> bytes | None:
        """Return the next frame. The send queue calls this when the socket can take it."""
        self._offered = False
        state = self._state
        if state is None or self._version == state.version:
            return None
        self._version, update = state.update_after(self._version)
        if self._version != state.version:
            # Not at once, because the queue that called this has not written the frame yet.
            asyncio.get_running_loop().call_soon(self.notify)
        return None if update is None else self._head + update
