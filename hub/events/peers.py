"""Peers: the other hub processes on the same servers, and the organisations whose scans each of them wants.

Every process announces itself every two seconds, with the organisations that its clients watch. So a hub of one process
sends no scans, and a scan that no peer wants is not sent. A process that only runs jobs wants none and does not announce itself.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from time import monotonic

from hub.events.announcements import Announcement, PeerSeen
from hub.events.announcer import Announcer

ANNOUNCE_SECONDS = 2.0
GONE_SECONDS = 7.0
"""Seconds of silence after which a peer counts as gone: it has missed three announcements."""


class Peers:
    def __init__(self, announcer: Announcer, *, clock: Callable[[], float] = monotonic) -> None:
        self._announcer = announcer
        self._clock = clock
        self._seen: dict[str, tuple[float, frozenset[int]]] = {}
        """By origin: when the peer was seen last, and which organisations it wants."""
        self._wants: Counter[int] = Counter()
        self.others = False
        """Whether any other hub process is known."""
        self._takes_part = False
        announcer.listen(self._receive)

    def wanted(self, org_id: int) -> bool:
        """Whether a peer wants the scans of this organisation."""
        return any(org_id in wants for _, wants in self._seen.values())

    def want(self, org_id: int) -> None:
        """Ask the peers for this organisation's scans. Call `unwant` once for each call."""
        self._wants[org_id] += 1
        if self._wants[org_id] == 1:
            self.announce()

    def unwant(self, org_id: int) -> None:
        self._wants[org_id] -= 1
        if self._wants[org_id] == 0:
            del self._wants[org_id]
            self.announce()

    def announce(self) -> None:
        """Announce that this process is running, and which organisations it wants."""
        self._announcer.publish([PeerSeen(self._announcer.origin, tuple(sorted(self._wants)))])

    async def run(self) -> None:
        """Announce this process every two seconds, and drop peers that are gone, until cancelled."""
        self._takes_part = True
        while True:
            self.announce()
            await asyncio.sleep(ANNOUNCE_SECONDS)
            now = self._clock()
            self._seen = {origin: known for origin, known in self._seen.items() if now - known[0] < GONE_SECONDS}
            self.others = bool(self._seen)

    def _receive(self, announcement: Announcement) -> None:
        if not isinstance(announcement, PeerSeen) or announcement.origin == self._announcer.origin:
            return
        is_new = announcement.origin not in self._seen
        self._seen[announcement.origin] = (self._clock(), frozenset(announcement.wants))
        self.others = True
        if is_new and self._takes_part:
            self.announce()  # a new peer does not know this process yet
