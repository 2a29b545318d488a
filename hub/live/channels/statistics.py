"""The figure rooms: who watches which venue's day by minute and gate, and the reading that keeps it true.

Nobody announces a scan for this: while somebody watches, the last moments of the log are read every second, however many
watch and whichever process scans. A day nobody watches costs nothing.
"""

import asyncio
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hub.actions.reporting.figures import Tally, figures_of_day, figures_since, gates_of
from hub.actions.venues.venue_cache import Venue
from hub.live.channels.shared_reading import SharedReading
from hub.live.channels.statistics_board import FigureBoard
from hub.live.channels.subscription import Watch, watched_of
from hub.live.channels.tick import Tick
from hub.live.topics.venue_day import watched_day
from hub.rules.venue_day import day_bounds
from hub.services import Services

if TYPE_CHECKING:
    from hub.live.commands.dispatcher import Conversation
    from hub.live.commands.subscriptions import Subscribe

FIGURES_SECONDS = 1.0
OVERLAP = timedelta(seconds=20)
"""How long a row may take from the moment it is dated until it can be read: a statement is given up after four seconds,
and the clocks of several machines differ a little."""
WHOLE_SECONDS = 300.0
"""After this the day is read whole again, in case something took longer all the same."""
FRESH_SECONDS = 2.0
KEPT_SECONDS = 30.0

Key = tuple[int, int, date]


class FigureRoom:
    __slots__ = ("board", "horizon", "left_at", "read_at", "reading", "venue", "watches", "whole_at")

    def __init__(self, venue: Venue, day: date, now: float) -> None:
        self.venue = venue
        self.board = FigureBoard(venue.id, day, day_bounds(day, venue.zone)[0])
        self.watches: set[Watch] = set()
        self.horizon: datetime | None = None
        self.whole_at = self.read_at = -1e9
        self.left_at = now
        self.reading = SharedReading[int]("figure-reading")

    def to_tell(self) -> set[Watch]:
        return self.watches


class FigureRooms:
    def __init__(self, services: Services, *, overlap: timedelta = OVERLAP) -> None:
        self._services = services
        self._overlap = overlap
        self._tick = Tick(0.1)
        self._rooms: dict[Key, FigureRoom] = {}

    async def open(self, venue: Venue, day: date) -> FigureRoom:
        """The room with a board as new as this moment; raises what the reading raised."""
        now = asyncio.get_running_loop().time()
        key = (venue.org_id, venue.id, day)
        room = self._rooms.get(key)
        if room is None:
            room = self._rooms[key] = FigureRoom(venue, day, now)
        room.left_at = now
        if now - room.read_at > FRESH_SECONDS:
            await self.reread(room)
        return room

    async def reread(self, room: FigureRoom) -> int:
        """Read what the log has gained; return how many minutes changed. Askers at one time share one reading."""
        return await room.reading.read(lambda: self._reread(room))

    async def _reread(self, room: FigureRoom) -> int:
        loop, now = asyncio.get_running_loop(), self._services.clock.now()
        settled_before = now - self._overlap
        # Where the clock was set back, rows come in before those that were counted: all is counted anew.
        whole = room.horizon is None or settled_before < room.horizon or loop.time() - room.whole_at > WHOLE_SECONDS
        began, version = loop.time(), room.board.version
        tallies = await self._tallies(room, settled_before, whole=whole)
        if whole:
            room.board.name_gates(await gates_of(self._services, room.venue))
            room.whole_at = began
        start, end = day_bounds(room.board.date, room.venue.zone)
        minute = int((now - start).total_seconds() // 60) if start <= now < end else None
        news = room.board.take(tallies, whole=whole, minute=minute)
        room.horizon, room.read_at = settled_before, began
        if room.board.version != version and room.watches:
            self._tick.changed(room)
        return news

    async def _tallies(self, room: FigureRoom, settled_before: datetime, *, whole: bool) -> list[Tally]:
        day = room.board.date
        if whole or room.horizon is None:
            return await figures_of_day(self._services, room.venue, day, settled_before)
        return await figures_since(self._services, room.venue, day, settled_before, room.horizon)

    def watched(self) -> list[FigureRoom]:
        """The rooms somebody watches. Rooms long left are dropped here."""
        return watched_of(self._rooms, KEPT_SECONDS)

    def __len__(self) -> int:
        return len(self._rooms)

    def close(self) -> None:
        self._tick.close()
        for room in self._rooms.values():
            room.reading.cancel()


async def open_figures(talk: "Conversation", wish: "Subscribe") -> dict[str, Any]:
    """Board first, answer second: what changes after the answer's revision comes as events."""
    venue, day = await watched_day(talk, wish)
    room = await talk.hub.figure_rooms.open(venue, day)
    watch = Watch(talk.watch_number(), "figures", room, room.board, talk.queue, venue_id=venue.id, day=day)
    talk.keep(watch)
    return {"topic": "figures", "subscription": watch.number, "revision": room.board.revision, **room.board.snapshot()}
