"""The month rooms: who watches which month of the calendar, and what they have been sent of it.

The calendar in memory (`actions/availability.py`) is the one that answers `GET /api/reservation-slots/available`; here its
slots are compared with what was told before, as they are written. So whatever changed them, and in whatever order word of it
came, a watcher who has been sent a month whole and everything since has what the calendar has.
"""

import asyncio
from collections.abc import Collection

from hub.actions.booking.availability import Availability, MonthKey
from hub.live.channels.tick import Tick
from hub.live.connection.send_queue import SendQueue
from hub.live.protocol import frames
from hub.rules.refusals import Unavailable

TICK_SECONDS = 0.25
"""The contract's four times a second."""
SECONDS_PER_WATCHER = 0.00025
"""Where more than a thousand were told at once, the next time comes later: once a second for four thousand."""
KEPT_SECONDS = 30.0
READINGS = 5
"""How often a month is read when slots are edited during each reading."""


class MonthWatch:
    """One visitor's look at one month after another."""

    __slots__ = ("_offered", "_queue", "_seen", "room")

    def __init__(self, queue: SendQueue) -> None:
        self.room: MonthRoom | None = None
        self._queue = queue
        self._seen: int | None = None
        self._offered = False

    def enter(self, room: "MonthRoom") -> None:
        """Look at this month; it is sent whole."""
        self.room = room
        self._seen = None
        room.watches.add(self)
        self.nudge()

    def nudge(self) -> None:
        """Tell the watcher, once: a frame still unsent will hold everything since the last one sent."""
        if not self._offered:
            self._offered = True
            self._queue.offer(self)

    def render(self) -> bytes | None:
        self._offered = False
        room = self.room
        if room is None or self._seen == room.version:
            return None
        frame = room.frame_since(self._seen)
        self._seen = room.version
        return frame


class MonthRoom:
    """`version` counts the changes seen here; a watcher remembers the version it was last sent."""

    __slots__ = ("_calendar", "_changed", "_frames", "_pieces", "_told", "_whole_since", "key", "left_at", "opening",
                 "version", "watches")  # fmt: skip

    def __init__(self, key: MonthKey, calendar: Availability) -> None:
        self.key = key
        self.watches: set[MonthWatch] = set()
        self.left_at = asyncio.get_running_loop().time()
        self.opening = 0
        self.version = 0
        self._calendar = calendar
        self._told = 0
        self._pieces: dict[int, bytes] | None = None
        self._changed: dict[int, int] = {}
        self._whole_since = 0
        self._frames: dict[int | None, bytes] = {}

    def look(self) -> int | None:
        """Compare with the calendar in memory; return how many slots are news, None while it is not in memory."""
        now, before = self._calendar.pieces(self.key), self._pieces
        if now is None:
            return None
        self._pieces = now
        if before is None:
            return 0
        news = [slot_id for slot_id, piece in now.items() if before.get(slot_id) != piece]
        gone = len(before.keys() - now.keys())
        if news or gone:
            self.version += 1
            self._changed.update(dict.fromkeys(news, self.version))
            self._frames.clear()
            if gone:
                # That a slot is no more can only be said by telling the whole month.
                self._whole_since = self.version
        return len(news) + gone

    @property
    def has_news(self) -> bool:
        return self._told != self.version

    def to_tell(self) -> Collection[MonthWatch]:
        self.look()
        if not self.has_news:
            return ()
        self._told = self.version
        return self.watches

    def frame_since(self, version: int | None) -> bytes:
        """What brings a watcher from `version` to now, None for one who has nothing; encoded once for all who are there."""
        if version is not None and version < self._whole_since:
            version = None
        frame = self._frames.get(version)
        if frame is None:
            pieces = self._pieces or {}
            changed = self._changed
            told = [p for slot_id, p in pieces.items() if version is None or changed.get(slot_id, 0) > version]
            frame = self._frames[version] = frames.slots(self.key[1:], version is None, told)
        return frame


class MonthRooms:
    def __init__(self, calendar: Availability, *, tick: float = TICK_SECONDS) -> None:
        self._calendar = calendar
        self._tick = Tick(tick, per_watcher=SECONDS_PER_WATCHER)
        self._rooms: dict[MonthKey, MonthRoom] = {}
        calendar.on_change(self._calendar_changed)

    async def open(self, key: MonthKey) -> MonthRoom:
        """The room with the month as this process knows it; raises Unavailable where it cannot be read."""
        room = self._rooms.get(key)
        if room is None:
            room = self._rooms[key] = MonthRoom(key, self._calendar)
            self._calendar.held.add(key)
        if not room.watches and room.look() is None:
            room.opening += 1
            try:
                await self.reread(room)
            finally:
                room.opening -= 1
        room.left_at = asyncio.get_running_loop().time()
        return room

    def leave(self, watch: MonthWatch) -> None:
        room, watch.room = watch.room, None
        if room is not None:
            room.watches.discard(watch)
            room.left_at = asyncio.get_running_loop().time()

    async def reread(self, room: MonthRoom) -> int:
        """Bring the calendar to what Postgres holds now; return how much of that was news here."""
        for _ in range(READINGS):
            await self._calendar.read_again(room.key)
            news = room.look()
            if news is not None:
                self._calendar_changed(room.key)
                return news
        raise Unavailable("calendar")

    def watched(self) -> list[MonthRoom]:
        """The rooms somebody watches. Rooms long left are dropped here."""
        now = asyncio.get_running_loop().time()
        watched = []
        for key, room in list(self._rooms.items()):
            if room.watches:
                watched.append(room)
            elif not room.opening and now - room.left_at > KEPT_SECONDS:
                del self._rooms[key]
                self._calendar.held.discard(key)
        return watched

    def _calendar_changed(self, key: MonthKey) -> None:
        room = self._rooms.get(key)
        if room is not None and room.watches:
            self._tick.changed(room)

    def __len__(self) -> int:
        return len(self._rooms)

    def close(self) -> None:
        self._tick.close()
