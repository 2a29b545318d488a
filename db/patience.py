"""The patience of a task: how long it waits in a row for answers of Postgres before it gives up.

A request that meets a frozen server fails once, however many statements it would still try. Every answer of Postgres renews its
patience, so a long import that goes on is never refused. As with the organisation (`db/organisation.py`), patience belongs to the
task that has it: a task started meanwhile, such as a reading for all, begins with its own.
"""

import asyncio
from contextvars import ContextVar
from math import inf
from time import monotonic

PATIENCE_SECONDS = 2.7
"""Seconds that a statement, a request or a batch waits without an answer. A request then fails within three seconds."""


class Patience:
    """Counts the seconds since the first wait that no answer has ended."""

    __slots__ = ("_seconds", "_since", "_task", "began")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since = inf
        self._task = asyncio.current_task()
        self.began = monotonic()

    def belongs_here(self) -> bool:
        return self._task is asyncio.current_task()

    @property
    def is_lost(self) -> bool:
        """Return whether all of it was waited for an answer, and not long ago."""
        return self._seconds <= monotonic() - self._since < 2 * self._seconds

    def left(self) -> float:
        """Return the seconds that are left of it, and count from now on if nothing is waited for yet.

        Some time after it was lost it begins again, for a task that lives on, such as that of a socket.
        """
        now = monotonic()
        if not 0 <= now - self._since < 2 * self._seconds:
            self._since = now
        return self._seconds - (now - self._since)

    def answered(self) -> None:
        self._since = inf


_given: ContextVar[Patience | None] = ContextVar("patience", default=None)


def have_patience(seconds: float | None = None) -> None:
    """Let this task wait `PATIENCE_SECONDS`, or so many seconds, in a row from now on."""
    _given.set(Patience(PATIENCE_SECONDS if seconds is None else seconds))


def patience_began() -> float | None:
    """Return the `monotonic` second in which this task, or the one that started it, was given its patience. None without any.

    That is when a request came, a command was received or a batch began.
    """
    patience = _given.get()
    return None if patience is None else patience.began


def current_patience() -> Patience | None:
    """Return the patience of this task, or None if it has none of its own."""
    patience = _given.get()
    return patience if patience is not None and patience.belongs_here() else None
