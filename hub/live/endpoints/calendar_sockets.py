"""The audience: the sockets of the public that are open here, and how many of them each address holds."""

from collections import Counter
from typing import Protocol

MOST_SPECTATORS = 20_000
"""Of one process: about 15 KB each, and a frame for each whenever a place is sold."""


class Seated(Protocol):
    @property
    def address(self) -> str: ...

    def say_goodbye(self) -> None: ...


class Audience:
    """`most_per_address` is None where that is not limited."""

    def __init__(self, most_per_address: int | None) -> None:
        self._most = most_per_address
        self._seated: set[Seated] = set()
        self._by_address: Counter[str] = Counter()

    @property
    def is_full(self) -> bool:
        return len(self._seated) >= MOST_SPECTATORS

    def has_enough_of(self, address: str) -> bool:
        return self._most is not None and self._by_address[address] >= self._most

    def came(self, spectator: Seated) -> None:
        self._seated.add(spectator)
        self._by_address[spectator.address] += 1

    def left(self, spectator: Seated) -> None:
        """Called once or more often."""
        if spectator in self._seated:
            self._seated.discard(spectator)
            self._by_address[spectator.address] -= 1
            if not self._by_address[spectator.address]:
                del self._by_address[spectator.address]

    def everybody(self) -> list[Seated]:
        return list(self._seated)

    def __len__(self) -> int:
        return len(self._seated)
