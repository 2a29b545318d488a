"""Unauthenticated sockets: those that came without a session, counted from before their handshake until they sign in."""

from __future__ import annotations

from collections import Counter

MOST_UNAUTHENTICATED = 500
"""Maximum per process. Each lives at most five seconds. A client with a session in its handshake is never one of them."""
MOST_OF_ADDRESS = 20


class UnauthenticatedSockets:
    def __init__(self, most: int = MOST_UNAUTHENTICATED, most_of_address: int = MOST_OF_ADDRESS) -> None:
        self._most = most
        self._most_of_address = most_of_address
        self._places: set[UnauthenticatedPlace] = set()
        self._by_address: Counter[str] = Counter()

    @property
    def is_full(self) -> bool:
        return len(self._places) >= self._most

    def has_enough_of(self, address: str) -> bool:
        return self._by_address[address] >= self._most_of_address

    def add(self, address: str) -> UnauthenticatedPlace:
        """Count one more, until its place is left."""
        place = UnauthenticatedPlace(self, address)
        self._places.add(place)
        self._by_address[address] += 1
        return place

    def remove(self, place: UnauthenticatedPlace) -> None:
        if place in self._places:
            self._places.discard(place)
            self._by_address[place.address] -= 1
            if not self._by_address[place.address]:
                del self._by_address[place.address]

    def __len__(self) -> int:
        return len(self._places)


class UnauthenticatedPlace:
    """The place of one socket among the unauthenticated."""

    __slots__ = ("_sockets", "address")

    def __init__(self, sockets: UnauthenticatedSockets, address: str) -> None:
        self.address = address
        self._sockets = sockets

    def leave(self) -> None:
        """Stop counting the socket, because it has signed in or ended. Called once or more often."""
        self._sockets.remove(self)
