"""The ticket news: scanners hear that a ticket stands otherwise than it did, so that no answer on a screen stays wrong unnoticed.

News and not a state: nobody is told what a ticket is now, only to ask again, and only by the hash of its code. Whatever may
have gone missing on the way is told as `missed`, which means: any ticket may have changed.
"""

import asyncio
from collections import deque
from collections.abc import Collection

from hub.announcements import TicketsChanged
from hub.live import frames
from hub.live.send_queue import SendQueue
from hub.live.tick import Tick

TICK_SECONDS = 0.1
KEPT_EVENTS = 64
"""For scanners that read slowly; who is further behind is told `missed`."""
HASHES_PER_EVENT = 200


class TicketWatch:
    """One subscription of one socket; `number` is its name on that socket."""

    __slots__ = ("_offered", "_queue", "_room", "_seen", "number")

    topic = "tickets"
    day = venue_id = None

    def __init__(self, number: int, room: "TicketRoom", queue: SendQueue) -> None:
        self.number = number
        self._room = room
        self._queue = queue
        self._seen = room.revision
        self._offered = False
        room.watches.add(self)

    def nudge(self) -> None:
        """Offer what is new, one event after the other; while the socket is full, one offer stands for all of them."""
        while not self._offered and self._seen != self._room.revision and self in self._room.watches:
            self._offered = True
            self._queue.offer(self)

    def render(self) -> bytes | None:
        self._offered = False
        if self._seen == self._room.revision or self not in self._room.watches:
            return None
        self._seen, tail = self._room.event_after(self._seen)
        if self._seen != self._room.revision:
            # Not at once: where the queue asked for this frame, it has yet to write it.
            asyncio.get_running_loop().call_soon(self.nudge)
        return frames.event(b"tickets", self.number, tail)

    def leave(self) -> None:
        self._room.watches.discard(self)


class TicketRoom:
    """The news of one organisation. `revision` counts the events told here."""

    __slots__ = ("_events", "_news", "revision", "watches")

    def __init__(self) -> None:
        self.watches: set[TicketWatch] = set()
        self.revision = 0
        self._news: dict[str, dict[str, None]] = {}
        self._events: deque[bytes] = deque(maxlen=KEPT_EVENTS)

    def take(self, change: str, hashes: Collection[str]) -> None:
        self._news.setdefault(change, {}).update(dict.fromkeys(hashes))

    def to_tell(self) -> Collection[TicketWatch]:
        for change, named in self._news.items():
            hashes = list(named)
            for start in range(0, max(len(hashes), 1), HASHES_PER_EVENT):
                self.revision += 1
                data = {"hashes": hashes[start : start + HASHES_PER_EVENT], "change": change}
                self._events.append(frames.event_tail(self.revision, data))
        self._news.clear()
        return self.watches

    def event_after(self, revision: int) -> tuple[int, bytes]:
        """The next event for who has seen `revision`, and its own; where that is forgotten, that everything was missed."""
        behind = self.revision - revision
        if behind > len(self._events):
            return self.revision, frames.event_tail(self.revision, {"hashes": [], "change": "missed"})
        return revision + 1, self._events[-behind]


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
