"""The rooms: who watches which venue's day, and the tick that tells them what has changed.

A room exists while somebody watches and a little longer. It hears announcements from its first moment and reads Postgres
after that: what comes in between is not lost, and what is older than the reading is dropped by revision.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

from hub.actions.reporting.counts import DayCounts
from hub.events.announcements import Announcement, MovementsChanged, SlotChanged, WalkInsChanged
from hub.live.channels.count_board import CountBoard
from hub.live.channels.shared_reading import SharedReading
from hub.live.channels.subscription import Watch, watched_of
from hub.live.channels.tick import Tick

Key = tuple[int, int, date]
"""Organisation, venue and day."""

TICK_SECONDS = 0.1
FRESH_SECONDS = 2.0
"""A board read this recently serves the next watcher from memory: a thousand dashboards that come back read once."""
KEPT_SECONDS = 30.0


class Room:
    __slots__ = ("board", "key", "left_at", "read_at", "reading", "watches")

    def __init__(self, key: Key, now: float) -> None:
        self.key = key
        self.board = CountBoard(key[1], key[2])
        self.watches: set[Watch] = set()
        self.read_at: float | None = None
        self.left_at = now
        self.reading = SharedReading[int]("board-reading")

    def to_tell(self) -> set[Watch]:
        return self.watches


class Rooms:
    """`read` gives a day's counts from Postgres."""

    def __init__(self, read: Callable[[Key], Awaitable[DayCounts]], *, tick: float = TICK_SECONDS) -> None:
        self._read = read
        self._tick = Tick(tick)
        self._rooms: dict[Key, Room] = {}

    async def open(self, key: Key) -> Room:
        """The room with a board as new as this moment; raises what the reading raised."""
        now = asyncio.get_running_loop().time()
        room = self._rooms.get(key)
        if room is None:
            room = self._rooms[key] = Room(key, now)
        room.left_at = now
        if room.read_at is None or now - room.read_at > FRESH_SECONDS:
            await self.reread(room)
        return room

    async def reread(self, room: Room) -> int:
        """Merge the board with what Postgres holds now; return how much was news. Askers at one time share one reading."""
        return await room.reading.read(lambda: self._reread(room))

    async def _reread(self, room: Room) -> int:
        began = asyncio.get_running_loop().time()
        news = room.board.take_day(await self._read(room.key))
        room.read_at = began
        if news:
            self._changed(room)
        return news

    def hear(self, announcement: Announcement) -> None:
        """Take an announcement; most are about days nobody here watches."""
        match announcement:
            case SlotChanged(org_id, venue_id, day, slot):
                room = self._rooms.get((org_id, venue_id, day))
                if room is not None and room.board.take_slot(slot):
                    self._changed(room)
            case WalkInsChanged(org_id, venue_id, day, entered, revision):
                room = self._rooms.get((org_id, venue_id, day))
                if room is not None and room.board.take_walk_ins(entered, revision):
                    self._changed(room)
            case MovementsChanged(org_id, venue_id, day, exited, reentered, revision):
                room = self._rooms.get((org_id, venue_id, day))
                if room is not None and room.board.take_movements(exited, reentered, revision):
                    self._changed(room)

    def watched(self) -> list[Room]:
        """The rooms somebody watches. Rooms long left are dropped here."""
        return watched_of(self._rooms, KEPT_SECONDS)

    def __len__(self) -> int:
        return len(self._rooms)

    def _changed(self, room: Room) -> None:
        if room.watches:
            self._tick.changed(room)

    def close(self) -> None:
        self._tick.close()
        for room in self._rooms.values():
            room.reading.cancel()
