"""A rush of bookings, in whichever processes: e-mails then wait, because customers need the processor."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from hub.events.announcements import MessagesWritten

RUSH = 200
"""Bookings per second above which the e-mails wait."""
HEARD_SECONDS = 2.0


class Rush:
    """Adds up the bookings per second that the processes of a hub announce."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._heard: dict[str, tuple[float, int]] = {}
        """By process: when it announced bookings last, and how many a second."""

    def receive(self, written: MessagesWritten) -> None:
        if written.bookings:
            self._heard[written.process] = self._clock(), written.bookings

    def is_on(self) -> bool:
        """Return whether all processes together make more than `RUSH` bookings per second."""
        since = self._clock() - HEARD_SECONDS
        self._heard = {process: heard for process, heard in self._heard.items() if heard[0] > since}
        return sum(bookings for _, bookings in self._heard.values()) > RUSH
