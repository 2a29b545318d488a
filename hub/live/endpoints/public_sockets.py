"""Public sockets: those of calendars and of waiting rooms, and how many of them each address holds."""

from collections import Counter
from typing import Protocol

MOST_CALENDAR_SOCKETS = 20_000
"""Maximum per process. Each takes about 15 KB, and a frame whenever a place is sold."""


MOST_WAITING_SOCKETS = 50_000
"""The same for waiting rooms, whose visitors are sent little."""


class PublicSocket(Protocol):
    @property
    def address(self) -> str: ...

    def say_goodbye(self) -> None: ...


class PublicSockets:
    """`most_per_address` is None where that is not limited. `most` is the maximum of the process."""

    def __init__(self, most_per_address: int | None, most: int | None = None) -> None:
        self._most = most_per_address
        self._most_of_all = most
        self._sockets: set[PublicSocket] = set()
        self._by_address: Counter[str] = Counter()

    @property
    def is_full(self) -> bool:
        return len(self._sockets) >= (MOST_CALENDAR_SOCKETS if self._most_of_all is None else self._most_of_all)

    def has_enough_of(self, address: str) -> bool:
        return self._most is not None and self._by_address[address] >= self._most

    def add(self, socket: PublicSocket) -> None:
        self._sockets.add(socket)
        self._by_address[socket.address] += 1

    def remove(self, socket: PublicSocket) -> None:
        """Called once or more often."""
        if socket in self._sockets:
            self._sockets.discard(socket)
            self._by_address[socket.address] -= 1
            if not self._by_address[socket.address]:
                del self._by_address[socket.address]

    def all(self) -> list[PublicSocket]:
        return list(self._sockets)

    def __len__(self) -> int:
        return len(self._sockets)
