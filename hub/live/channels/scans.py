"""The feed: every decision at the doors of a venue as it happens, for whoever watches it, each through a filter of theirs.

A room is a filter. It is filled from the log once and then by what is told; an audit reads the end of the log again, so
that nothing stays missing. A burst is thinned: a frame holds the newest scans and says how many more there were.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from hub.actions.reporting.feed import FeedWish
from hub.events.peers import Peers
from hub.events.scan_events import LoggedScan
from hub.live.channels.shared_reading import SharedReading
from hub.live.channels.subscription import Watch
from hub.live.channels.tick import Tick
from hub.live.protocol import frames
from hub.rules.timestamps import rfc3339

TICK_SECONDS = 0.1
TICK_PER_WATCHER = 0.0002
AUDIT_SECONDS = 5.0
KEPT_SECONDS = 30.0
KEPT_SCANS = 50
"""What a watcher begins with."""
SCANS_PER_FRAME = 20
"""More than anybody can read in a tenth of a second."""
REMEMBERED = 2000
"""Scans a room knows it has told, so that none is told twice."""
OVERLAP = timedelta(seconds=15)
"""A row is read under the moment it was judged at, which is a little before its commit."""

log = logging.getLogger(__name__)


class FeedKey(NamedTuple):
    org_id: int
    venue_id: int
    wish: FeedWish


Read = Callable[[FeedKey, datetime | None], Awaitable[list[LoggedScan]]]
"""Gives the end of the log, since a moment or, with None, since the day began."""


class _Row:
    """A scan in its place; written when the first watcher is told of it, once for all."""

    __slots__ = ("_body", "_seen", "revision")

    def __init__(self, revision: int, seen: LoggedScan) -> None:
        self.revision = revision
        self._seen = seen
        self._body: orjson.Fragment | None = None

    @property
    def body(self) -> orjson.Fragment:
        if self._body is None:
            self._body = orjson.Fragment(orjson.dumps(as_dict(self._seen)))
        return self._body


class FeedRoom:
    """`revision` counts the scans that came by here."""

    __slots__ = ("_known", "_rows", "_tails", "key", "left_at", "read_at", "reading", "revision", "watches")

    def __init__(self, key: FeedKey, now: float) -> None:
        self.key = key
        self.watches: set[Watch] = set()
        self.revision = 0
        self.read_at: datetime | None = None
        self.left_at = now
        self.reading = SharedReading[None]("feed-reading")
        self._rows: deque[_Row] = deque(maxlen=KEPT_SCANS)
        self._known: OrderedDict[tuple[Any, str], None] = OrderedDict()
        self._tails: dict[int, bytes] = {}

    @property
    def version(self) -> int:
        return self.revision

    def take(self, scans: Sequence[LoggedScan]) -> bool:
        """Keep those that pass and are new; say whether any was."""
        before = self.revision
        for seen in scans:
            name = (seen.scan_id, seen.mode)
            if self.key.wish.lets(seen) and name not in self._known:
                self._known[name] = None
                self.revision += 1
                self._rows.append(_Row(self.revision, seen))
        if self.revision == before:
            return False
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        self._tails.clear()
        return True

    def to_tell(self) -> set[Watch]:
        return self.watches

    def snapshot(self) -> dict[str, Any]:
        """The last scans, oldest first."""
        return {"scans": [row.body for row in self._rows]}

    def tail_since(self, revision: int) -> bytes:
        """What brings a watcher from `revision` to now: the newest scans, and how many it is not shown."""
        tail = self._tails.get(revision)
        if tail is None:
            fresh = [row for row in self._rows if row.revision > revision][-SCANS_PER_FRAME:]
            data = {"scans": [row.body for row in fresh], "more": self.revision - revision - len(fresh)}
            tail = self._tails[revision] = frames.event_tail(self.revision, data)
        return tail


class Feed:
    """All rooms of this process. `read` gives the end of the log, as far as a room's filter lets it through."""

    def __init__(
        self,
        read: Read,
        peers: Peers,
        now: Callable[[], datetime],
        *,
        tick: float = TICK_SECONDS,
        audit_seconds: float = AUDIT_SECONDS,
    ) -> None:
        self._read = read
        self._fellows = peers
        self._now = now
        self._tick = Tick(tick, per_watcher=TICK_PER_WATCHER)
        self._audit_seconds = audit_seconds
        self._hurry = asyncio.Event()
        self._rooms: dict[tuple[int, int], dict[FeedWish, FeedRoom]] = {}

    async def open(self, key: FeedKey) -> FeedRoom:
        """The room as new as this moment; raises what the reading raised."""
        now = asyncio.get_running_loop().time()
        rooms = self._rooms.setdefault((key.org_id, key.venue_id), {})
        room = rooms.get(key.wish)
        if room is None:
            room = rooms[key.wish] = FeedRoom(key, now)
            self._fellows.want(key.org_id)
        room.left_at = now
        if room.read_at is None:
            await self._reread(room)
        return room

    def hear(self, scans: Sequence[LoggedScan]) -> None:
        """Take what was decided; most of it is of venues nobody here watches."""
        if not self._rooms or not scans:
            return
        by_venue: dict[tuple[int, int], list[LoggedScan]] = {}
        for seen in scans:
            by_venue.setdefault((seen.org_id, seen.venue_id), []).append(seen)
        for where, found in by_venue.items():
            for room in self._rooms.get(where, {}).values():
                self._take(room, found)

    def _take(self, room: FeedRoom, scans: Sequence[LoggedScan]) -> None:
        if room.take(scans) and room.watches:
            self._tick.changed(room)

    async def _reread(self, room: FeedRoom) -> None:
        """Askers at one time share one reading."""
        await room.reading.read(lambda: self._read_end(room))

    async def _read_end(self, room: FeedRoom) -> None:
        began = self._now()
        self._take(room, await self._read(room.key, room.read_at and room.read_at - OVERLAP))
        room.read_at = began

    def hurry(self) -> None:
        """Something may have been missed: look now."""
        self._hurry.set()

    async def run(self) -> None:
        """Look through the log for what was not heard, again and again; drop rooms long left."""
        while True:
            try:
                async with asyncio.timeout(self._audit_seconds):
                    await self._hurry.wait()
            except TimeoutError:
                pass
            self._hurry.clear()
            for room in self._watched():
                try:
                    await self._reread(room)
                except Exception as trouble:  # noqa: BLE001 - Postgres may be away; the next look tries again
                    log.debug("feed.not_read", extra={"error": type(trouble).__name__})

    def _watched(self) -> list[FeedRoom]:
        now = asyncio.get_running_loop().time()
        watched = []
        for where, rooms in list(self._rooms.items()):
            for wish, room in list(rooms.items()):
                if room.watches:
                    watched.append(room)
                elif now - room.left_at > KEPT_SECONDS:
                    del rooms[wish]
                    self._fellows.unwant(room.key.org_id)
            if not rooms:
                del self._rooms[where]
        return watched

    def __len__(self) -> int:
        return sum(len(rooms) for rooms in self._rooms.values())

    def close(self) -> None:
        self._tick.close()
        for rooms in self._rooms.values():
            for room in rooms.values():
                room.reading.cancel()


def as_dict(seen: LoggedScan) -> dict[str, Any]:
    """A scan on the wire. Of the code only its end: the feed hangs on walls, and a code is a ticket."""
    return {
        "scan_id": str(seen.scan_id),
        "at": rfc3339(seen.at),
        "scanned_at": rfc3339(seen.moment),
        "gate": seen.gate,
        "operator": {"id": seen.operator_id, "name": seen.operator_name},
        "mode": seen.mode,
        "source": seen.source,
        "result": seen.result,
        "reason": seen.reason,
        "entered": seen.entered,
        "code_tail": seen.code[-4:],
        "ticket_id": seen.ticket_id,
    }
