"""Tick: the changes of a channel are sent to its subscribers together, with a minimum time between two frames."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from typing import Protocol

LEAD_SECONDS = 0.005
"""Seconds that the first change after a pause waits, for changes that were committed together with it."""
AT_ONCE = 128
"""Subscribers notified before other tasks of the event loop get a turn."""
LONGEST_SECONDS = 1.0

log = logging.getLogger(__name__)


class Notified(Protocol):
    def notify(self) -> None:
        """Offer the new state to the socket."""


class Coalesced(Protocol):
    def due_subscribers(self) -> Iterable[Notified]:
        """Return the subscribers to notify of the changes since the last tick."""


class Tick:
    """The tick of one channel.

    Each subscriber notified last time stretches the time to the next tick by `per_subscriber` seconds, up to
    `LONGEST_SECONDS`, so that notifying a crowd does not block the event loop for bookings.
    """

    def __init__(self, seconds: float, *, per_subscriber: float = 0.0) -> None:
        self._seconds = seconds
        self._per_subscriber = per_subscriber
        self._changed: set[Coalesced] = set()
        self._to_notify: deque[Notified] = deque()
        self._timer: asyncio.Handle | None = None
        self._not_before = 0.0

    def changed(self, channel: Coalesced) -> None:
        self._changed.add(channel)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time() + LEAD_SECONDS, self._not_before), self._begin)

    def _begin(self) -> None:
        channels, self._changed = self._changed, set()
        for channel in channels:
            try:
                self._to_notify.extend(channel.due_subscribers())
            except Exception:
                log.exception("room.failed")  # the other channels are served all the same
        stretched = max(self._seconds, min(LONGEST_SECONDS, self._per_subscriber * len(self._to_notify)))
        self._not_before = asyncio.get_running_loop().time() + stretched
        self._notify_some()

    def _notify_some(self) -> None:
        for _ in range(min(AT_ONCE, len(self._to_notify))):
            try:
                self._to_notify.popleft().notify()
            except Exception:
                log.exception("watch.failed")
        loop = asyncio.get_running_loop()
        if self._to_notify:
            self._timer = loop.call_soon(self._notify_some)
        elif self._changed:
            self._timer = loop.call_at(self._not_before, self._begin)
        else:
            self._timer = None

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
