"""The ticket news: scanners hear that a ticket stands otherwise than it did, so that no answer on a screen stays wrong unnoticed.

News and not a state: nobody is told what a ticket is now, only to ask again, and only by the hash of its code. Whatever may
have gone missing on the way is told as `missed`, which means: any ticket may have changed.
"""

from collections.abc import Collection

from hub.events.announcements import TicketsChanged
from hub.live.channels.events import TICK_SECONDS, EventRoom, EventWatch
from hub.live.channels.tick import Tick

HASHES_PER_EVENT = 200


class TicketRoom(EventRoom):
    """The news of one organisation, gathered by kind until they are told."""

    __slots__ = ("_news",)

    def __init__(self) -> None:
        super().__init__("tickets", {"hashes": [], "change": "missed"})
        self._news: dict[str, dict[str, None]] = {}

    def take(self, change: str, hashes: Collection[str]) -> None:
        self._news.setdefault(change, {}).update(dict.fromkeys(hashes))

    def to_tell(self) -> Collection[EventWatch]:
        for change, named in self._news.items():
            hashes = list(named)
            for start in range(0, max(len(hashes), 1), HASHES_PER_EVENT):
                self.add({"hashes": hashes[start : start + HASHES_PER_EVENT], "change": change})
        self._news.clear()
        return self.watches


class TicketNews:
    def __init__(self, *, tick: float = TICK_SECONDS) -> None:
        self._tick = Tick(tick)
        self._rooms: dict[int, TicketRoom] = {}

    def room(self, org_id: int) -> TicketRoom:
        return self._rooms.setdefault(org_id, TicketRoom())

    def hear(self, changed: TicketsChanged) -> None:
        self._tell(self._rooms.get(changed.org_id), changed.change, changed.hashes)

    def missed(self) -> None:
        """What other processes announced may have been missed."""
        for room in self._rooms.values():
            self._tell(room, "missed", ())

    def _tell(self, room: TicketRoom | None, change: str, hashes: Collection[str]) -> None:
        if room is not None and room.watches:
            room.take(change, hashes)
            self._tick.changed(room)

    def close(self) -> None:
        self._tick.close()
