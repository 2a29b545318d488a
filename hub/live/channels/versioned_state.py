"""Versioned state: a whole state that sends each subscriber only what changed since the version it has."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from hub.live.protocol import frames


class VersionedState(ABC):
    """`version` counts the changes seen in this process; a subscription remembers the version it was last sent.

    `revision` is what clients see: it only grows, and `docs/protocol.md` says what it means in each topic.
    """

    __slots__ = ("_tails", "version")

    def __init__(self) -> None:
        self.version = 0
        self._tails: dict[int, bytes] = {}

    @property
    @abstractmethod
    def revision(self) -> int: ...

    @abstractmethod
    def snapshot(self) -> Mapping[str, Any]:
        """The whole state, for the reply to `subscribe`."""

    @abstractmethod
    def body_since(self, version: int) -> Mapping[str, Any]:
        """The event body that brings a subscriber from `version` to now."""

    def update_after(self, version: int | None) -> tuple[int, bytes]:
        return self.version, self.tail_since(-1 if version is None else version)

    def tail_since(self, version: int) -> bytes:
        """The shared part of the event frame from `version` to now; encoded once for all who are at `version`."""
        tail = self._tails.get(version)
        if tail is None:
            tail = self._tails[version] = frames.event_tail(self.revision, self.body_since(version))
        return tail

    def _count_changes(self, count: int = 1) -> None:
        self.version += count
        self._tails.clear()
