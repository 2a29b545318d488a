"""The fellows: the other hub processes on the same servers, and what they want to be told.

Every process says every two seconds that it is there and which organisations' doors are watched from it. So a hub of one
process tells nobody, and a scan that nobody elsewhere watches is not sent there.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from time import monotonic

from hub.events.announcements import Announcement, Announcer, PeerSeen

SAY_SECONDS = 2.0
GONE_SECONDS = 7.0


class Peers:
    def __init__(self, announcer: Announcer, *, clock: Callable[[], float] = monotonic) -> None:
        self._announcer = announcer
        self._clock = clock
        self._heard: dict[str, tuple[float, frozenset[int]]] = {}
        self._wants: Counter[int] = Counter()
        self.others = False
        """Whether there is any other hub process, as far as is known."""
        announcer.listen(self._hear)

    def wanted(self, org_id: int) -> bool:
        """Whether somebody at another process watches the doors of this organisation."""
        return any(org_id in wants for _, wants in self._heard.values())

    def want(self, org_id: int) -> None:
        """Somebody here watches; `unwant` as often as this."""
        self._wants[org_id] += 1
        if self._wants[org_id] == 1:
            self.say()

    def unwant(self, org_id: int) -> None:
        self._wants[org_id] -= 1
        if self._wants[org_id] == 0:
            del self._wants[org_id]
            self.say()

    def say(self) -> None:
        """Say that this process is here, and what it wants."""
        self._announcer.publish([PeerSeen(self._announcer.origin, tuple(sorted(self._wants)))])

    async def run(self) -> None:
        """Say so again and again, and forget who has not been heard for long."""
        while True:
            self.say()
            await asyncio.sleep(SAY_SECONDS)
            now = self._clock()
            self._heard = {origin: known for origin, known in self._heard.items() if now - known[0] < GONE_SECONDS}
            self.others = bool(self._heard)

    def _hear(self, announcement: Announcement) -> None:
        if not isinstance(announcement, PeerSeen) or announcement.origin == self._announcer.origin:
            return
        is_new = announcement.origin not in self._heard
        self._heard[announcement.origin] = (self._clock(), frozenset(announcement.wants))
        self.others = True
        if is_new:
            self.say()  # it does not know of us yet
