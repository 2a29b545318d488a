"""Subscriptions of one socket, numbered in the order they were made."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from hub.live.channels.channel import Channel
from hub.live.channels.subscription import State, Subscription
from hub.live.connection.send_queue import SendQueue
from hub.live.protocol import frames


class Subscriptions:
    """The subscriptions. `is_closing()` says if the socket is closing; `on_added` is called after each new one."""

    __slots__ = ("_current", "_is_closing", "_numbers", "_on_added", "_queue")

    def __init__(self, queue: SendQueue, is_closing: Callable[[], bool], on_added: Callable[[], None]) -> None:
        self._queue = queue
        self._is_closing = is_closing
        self._on_added = on_added
        self._current: tuple[Subscription, ...] = ()
        self._numbers = 0

    def add(
        self,
        topic: str,
        channel: Channel[Any, Any],
        *,
        state: State | None = None,
        version: int | None = None,
        venue_id: int | None = None,
        day: date | None = None,
    ) -> Subscription:
        """Subscribe this socket to a channel. Without `version`, the client has the newest state.

        If the socket closed while the channel was read, nothing is stored.
        """
        self._numbers += 1
        subscription = Subscription(
            self._queue, head=frames.event_head(topic, self._numbers), number=self._numbers, topic=topic,
            venue_id=venue_id, day=day,
        )  # fmt: skip
        if not self._is_closing():
            state = channel.state if state is None else state
            subscription.follow(channel, state, version=state.version if version is None else version)
            self._current = (*self._current, subscription)
            self._on_added()
        return subscription

    def remove(self, subscription: Subscription) -> None:
        self._current = tuple(kept for kept in self._current if kept is not subscription)
        subscription.leave()

    def remove_all(self) -> None:
        for subscription in self._current:
            subscription.leave()
        self._current = ()

    def __len__(self) -> int:
        return len(self._current)

    def __iter__(self) -> Iterator[Subscription]:
        return iter(self._current)
