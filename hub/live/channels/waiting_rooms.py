"""Waiting rooms: the open sockets of their visitors, asked in batches where they stand, and sent what is new for them.

Once a second each room is asked for its figures. `passed` counts who has left the queue, and a position can change only once enough have
left, so a visitor far behind is asked seldom. A frame is encoded once for all who share a position. Whoever has not been asked for
`LOOK_SECONDS` is asked as well: that keeps the place, and heals what was missed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import Protocol

from hub.actions.waiting_room.places import NOBODY_WAITS, Standing, standing_of
from hub.batching.task_ending import end_tasks
from hub.guards.waiting_room import Place, RoomFigures, RoomTerms
from hub.live.protocol import frames
from hub.rules.refusals import Refused
from hub.rules.waiting_room import RoomName, ranks_until_better
from hub.services import Services

TICK_SECONDS = 1.0
LOOK_SECONDS = 30.0
"""Seconds after which a visitor is asked again in any case: a quarter of the time after which one who is gone loses the place."""
DRIFT = 0.1
"""Share by which a time to wait must have changed to be sent again. The page counts down by itself."""
LEAST_DRIFT_SECONDS = 5.0
AWAY_SECONDS = 30.0
"""Seconds without Redis after which the visitors who wait may go on."""
AT_ONCE = 512
"""Visitors asked or sent a frame before other tasks of the loop get their turn."""

log = logging.getLogger(__name__)


class WaitingVisitor(Protocol):
    """An open socket of a visitor. `place` is the last known answer of the room, and `ready_at` when it is the visitor's turn (loop time)."""

    visitor: str
    place: Place | None
    shown: tuple[object, ...] | None
    ready_at: float
    asked_at: float
    is_noted: bool
    """Whether the channel has noted when the place must be asked for again."""
    closing: bool

    def show(self, frame: bytes, *, last: bool = False) -> None:
        """Send the frame, or a newer one in its stead; after the `last` one the socket is closed."""


class WaitingRoomChannel:
    """The sockets of one room in this process."""

    def __init__(self, services: Services, name: RoomName) -> None:
        self.name = name
        self.visitors: dict[WaitingVisitor, None] = {}
        """In the order in which they were asked last."""
        self._services = services
        self._due: list[tuple[int, int, WaitingVisitor]] = []
        self._turns: set[WaitingVisitor] = set()
        self._unanswered: set[WaitingVisitor] = set()
        """Those whose last question Redis has not answered. They are asked again with the next tick that it answers."""
        self._number = count()
        self._figures: RoomFigures | None = None
        self._frames: dict[tuple[object, ...], bytes] = {}
        self._admits: tuple[object, ...] = ()
        self._away_since = inf

    async def add(self, visitor: WaitingVisitor) -> None:
        """Follow the room, and be sent the place at once. Refuses NOT_FOUND."""
        self.visitors[visitor] = None
        terms = await self._terms()
        if terms is None:
            self._show(visitor, NOBODY_WAITS, last=True)
        else:
            await self._ask(terms, [visitor])

    def remove(self, visitor: WaitingVisitor) -> None:
        self.visitors.pop(visitor, None)
        self._turns.discard(visitor)
        self._unanswered.discard(visitor)

    async def tick(self) -> None:
        """Ask for those whose place may have changed, and send what is new for them."""
        now = asyncio.get_running_loop().time()
        terms = await self._terms()
        answer = None if terms is None else await self._services.waiting_rooms.guard.ask(terms, "figures")
        if terms is None or answer is None:
            self._away_since = min(self._away_since, now)
            if terms is None or now - self._away_since > AWAY_SECONDS:
                await self._show_all(list(self.visitors), NOBODY_WAITS)
            return
        self._away_since = inf
        before, self._figures = self._figures, answer.figures
        if before is not None and (before.born, before.is_open) != (answer.figures.born, answer.figures.is_open):
            asked = list(self.visitors)
            self._due.clear()
            for visitor in asked:
                visitor.is_noted = False
        else:
            asked = self._those_due(answer.figures.passed, now)
        for start in range(0, len(asked), AT_ONCE):
            await self._ask(terms, asked[start : start + AT_ONCE])
        # What is the same for everybody: paused, all places in the turns of others, sold out.
        admits = (terms.rate, terms.free == 0, min(answer.figures.wait_ms, 0), terms.opens_in > 0)
        if admits != self._admits:
            self._admits = admits
            for n, visitor in enumerate(list(self.visitors)):
                self._show_place(terms, visitor)
                if n % AT_ONCE == AT_ONCE - 1:
                    await asyncio.sleep(0)

    def _those_due(self, passed: int, now: float) -> list[WaitingVisitor]:
        found: dict[WaitingVisitor, None] = {}
        while self._due and self._due[0][0] <= passed:
            visitor = heappop(self._due)[2]
            visitor.is_noted = False
            found[visitor] = None
        for visitor in self.visitors:
            if now - visitor.asked_at < LOOK_SECONDS:
                break
            found[visitor] = None
        found.update(dict.fromkeys(visitor for visitor in self._turns if visitor.ready_at <= now))
        found.update(dict.fromkeys(self._unanswered))
        return [visitor for visitor in found if visitor in self.visitors]

    async def _ask(self, terms: RoomTerms, visitors: list[WaitingVisitor]) -> None:
        guard, now = self._services.waiting_rooms.guard, asyncio.get_running_loop().time()
        answers = await asyncio.gather(*(guard.ask(terms, "standing", visitor.visitor) for visitor in visitors))
        for visitor, place in zip(visitors, answers, strict=True):
            if visitor not in self.visitors:
                continue
            visitor.asked_at = now
            self.visitors[visitor] = self.visitors.pop(visitor)
            before = visitor.place
            if place is not None and before is not None and _was_lost(before, place):
                again = await guard.ask(terms, "join", visitor.visitor, value=f"={before.place}")
                self._take(terms, visitor, again, now)
            else:
                self._take(terms, visitor, place, now)

    def _take(self, terms: RoomTerms, visitor: WaitingVisitor, place: Place | None, now: float) -> None:
        """Keep an answer, note when it has to be asked for again, and show it."""
        visitor.place = place or visitor.place
        if self._figures is None and place is not None:
            self._figures = place.figures
        self._turns.discard(visitor)
        self._unanswered.discard(visitor)
        if place is None:
            self._unanswered.add(visitor)
        elif place.state == "waiting":
            if not visitor.is_noted:
                visitor.is_noted = True
                due = place.figures.passed + ranks_until_better(place.rank)
                heappush(self._due, (due, next(self._number), visitor))
        elif place.state == "turn":
            visitor.ready_at = now + place.turn_ms / 1000
            self._turns.add(visitor)
        self._show_place(terms, visitor)

    def _show_place(self, terms: RoomTerms, visitor: WaitingVisitor) -> None:
        place = visitor.place
        if place is None:
            return
        if place.state == "none":
            visitor.show(frames.waiting_room(None), last=True)
            self.remove(visitor)
            return
        # The figures of now: the same rank waits longer once the room is paused.
        if self._figures is not None and place.state == "waiting":
            place = Place(self._figures, place.state, rank=place.rank, place=place.place)
        self._show(visitor, standing_of(terms, place, self._services.clock.now()))

    def _show(self, visitor: WaitingVisitor, standing: Standing, *, last: bool = False) -> None:
        """Send a standing that differs from what the visitor has: in more than a few seconds to wait."""
        shown = (standing.state, standing.position, standing.rate, standing.seconds is None, standing.opens_at is None)
        if standing.state == "turn":
            if visitor.shown != shown or last:
                visitor.shown = shown
                visitor.show(frames.waiting_room(standing), last=last)
            return
        now = asyncio.get_running_loop().time()
        ready_at = inf if standing.seconds is None else now + standing.seconds
        drift = 0.0 if ready_at == visitor.ready_at else abs(ready_at - visitor.ready_at)
        if visitor.shown == shown and drift <= max(LEAST_DRIFT_SECONDS, DRIFT * (standing.seconds or 0)):
            return
        visitor.shown, visitor.ready_at = shown, ready_at
        key = (*shown, standing.seconds)
        frame = self._frames.get(key)
        if frame is None:
            if len(self._frames) >= AT_ONCE:
                self._frames.clear()
            frame = self._frames[key] = frames.waiting_room(standing)
        visitor.show(frame)

    async def _show_all(self, visitors: Iterable[WaitingVisitor], standing: Standing) -> None:
        for n, visitor in enumerate(visitors):
            self._show(visitor, standing)
            if n % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)

    async def _terms(self) -> RoomTerms | None:
        rooms = self._services.waiting_rooms
        return await rooms.terms(await rooms.read(self.name))


class WaitingRoomChannels:
    """The rooms whose visitors have sockets in this process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._rooms: dict[RoomName, WaitingRoomChannel] = {}

    async def run(self) -> None:
        """Ask all rooms once a second, until cancelled. A room that cannot be read is asked again a second later."""
        ticks: dict[RoomName, asyncio.Task[None]] = {}
        try:
            while True:
                await asyncio.sleep(TICK_SECONDS)
                for name, room in list(self._rooms.items()):
                    if not room.visitors:
                        del self._rooms[name]
                    elif name not in ticks:
                        ticks[name] = asyncio.get_running_loop().create_task(_tick(room), name="waiting-room-tick")
                for name in [name for name, tick in ticks.items() if tick.done()]:
                    del ticks[name]
        finally:
            await end_tasks(list(ticks.values()))

    def channel(self, name: RoomName) -> WaitingRoomChannel:
        """Return the channel of a room."""
        room = self._rooms.get(name)
        if room is None:
            room = self._rooms[name] = WaitingRoomChannel(self._services, name)
        return room


def _was_lost(before: Place, place: Place) -> bool:
    """Return whether Redis has lost the room in which the visitor waited. Then the visitor gets the same place in it again."""
    return (before.state, place.state) == ("waiting", "none") and before.figures.born != place.figures.born


async def _tick(room: WaitingRoomChannel) -> None:
    try:
        await room.tick()
    except (*frames.EXPECTED_ERRORS, Refused):
        log.debug("waiting_room.not_read", extra={"room": str(room.name)})
    except Exception:
        log.exception("waiting_room.tick_failed")
