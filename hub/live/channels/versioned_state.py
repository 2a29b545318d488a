"""Versioned state: a whole state that sends each subscriber only the changes since its version."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from hub.live.protocol import frames


class VersionedState(ABC):
    """Base class. `version` counts the changes in this process, and a subscription stores the version it was last sent.

    Clients see `revision`, which only grows. `docs/protocol.md` says what it means in each topic.
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
        """Return the whole state, for the reply to `subscribe`."""

    @abstractmethod
    def body_since(self, version: int) -> Mapping[str, Any]:
        """Return the event body with the changes since `version`."""

    def update_after(self, version: int | None) -> tuple[int, bytes]:
        return self.version, self.tail_since(-1 if version is None else version)

    def tail_since(self, version: int) -> bytes:
        """Return the shared part of the event frame since `version`. It is encoded once per version."""
        tail = self._tails.get(version)
        if tail is None:
            tail = self._tails[version] = frames.event_tail(self.revision, self.body_since(version))
        return tail

    def _count_changes(self, count: int = 1) -> None:
        self.version += count
        self._tails.clear()
