"""The waiting room in Redis: who may book now, and who waits in which place, over all hub processes.

All requests that arrive in one turn of the event loop share one script call for each room. While Redis does not answer there is no
waiting room: whoever asks may go on, and seat admission and Postgres decide.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Literal, NamedTuple

import orjson

from db.redis_client import RedisClient
from hub.batching.batcher import Batcher
from hub.guards.breaker import Breaker
from hub.guards.script_calls import AWAY, ScriptCalls
from hub.rules.refusals import Unavailable

PATIENCE = 2.0
"""Seconds to wait for Redis: more than seat admission does, because who gets no answer goes on. A busy hub must not open its doors."""
AWAY_SECONDS = 120.0
"""Seconds for which a visitor who has closed every page keeps the place."""
USE_TRIES, USE_PAUSE = 20, 0.5
"""Tries to write that a turn is used, and the seconds between them. Its claim keeps it from being used twice meanwhile."""
LIST_SECONDS, MOST_LISTED, MOST_REMEMBERED = 5.0, 100, 10_000
"""Seconds between two listings of a room by one process, rooms in one list, and rooms that the process remembers to have listed."""
IN_USE_SECONDS = 120
"""Seconds after which a room that nobody has asked is not listed any more."""
_PARTS = ("state", "waiting", "turns", "here", "admitted", "claims", "used", "addresses", "joins")

What = Literal["join", "join_new", "standing", "here", "claim", "use", "return", "leave", "figures"]
_LETTERS: dict[What, str] = {
    "join": "J", "join_new": "N", "standing": "S", "here": "H", "claim": "C", "use": "U", "return": "R", "leave": "L", "figures": "F",
}  # fmt: skip

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RoomTerms:
    """How a room admits: `rate` visitors a minute (0: nobody), turns of `turn_seconds`, `free` places (-1: unknown), `opens_in` seconds."""

    org_id: int
    venue_id: int
    name: str
    rate: int
    turn_seconds: int
    free: int = -1
    opens_in: float = 0.0

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the room's keys. All share one hash tag."""
        tag = f"venuehub:waiting:{{{self.org_id}:{self.name}}}:"
        return tuple(tag + part for part in _PARTS)


class RoomFigures(NamedTuple):
    """A room after a call. `wait_ms`: until the next admission; -1 nobody is admitted, -2 others have turns for all places.

    `passed` counts who has left the queue, and `born` changes when Redis has lost the room.
    """

    waiting: int
    turns: int
    admitted: int
    joined: int
    wait_ms: int
    passed: int
    born: int
    is_open: bool


class Place(NamedTuple):
    """An answer of the room. `state`: has a `turn`, is `waiting`, has `none`, or the room is `full` (nothing is free).

    A claim is answered with `claimed`, `pass` (no turn needed), `busy` (another booking is using the turn) or `refused`.
    """

    figures: RoomFigures
    state: str
    turn_ms: int = 0
    rank: int = 0
    place: int = 0
    joined_from_address: int = 0


class _RoomRequest(NamedTuple):
    terms: RoomTerms
    what: What
    visitor: str
    value: str
    address: str
    at: float
    probe: bool


_STATES = {
    "t": "turn",
    "w": "waiting",
    "-": "none",
    "f": "full",
    "c": "claimed",
    "p": "pass",
    "b": "busy",
    "0": "refused",
    "": "",
}


class WaitingRoomGuard:
    """The waiting rooms of a process."""

    def __init__(self, redis: RedisClient, *, observe: Callable[[int, float], None] | None = None) -> None:
        self._redis = redis
        self._script = ScriptCalls(redis, "waiting_room")
        self._listed: dict[tuple[int, str], float] = {}
        self._breaker = Breaker()
        self._batcher: Batcher[_RoomRequest, Place | None] = Batcher(
            "waiting-room", self._run_batch, max_batch=256, observe=observe
        )
        self._writes: set[asyncio.Task[None]] = set()

    async def rooms_in_use(self, org_id: int, venue_id: int) -> list[str]:
        """Return the names of the venue's rooms in which somebody waited or had a turn in the last two minutes; none without Redis."""
        if not self._breaker.admits():
            return []
        since = time.time() - IN_USE_SECONDS
        try:
            names = await self._redis.zrangebyscore(
                _list_key(org_id, venue_id), since, "+inf", start=0, num=MOST_LISTED
            )
        except AWAY:
            self._breaker.failure()
            return []
        self._breaker.success()
        return [name.decode() for name in names]

    def _list_in_use(self, terms: RoomTerms, figures: RoomFigures) -> None:
        """List the room for its control room, if it is in use and this process has not done so for a moment."""
        now, name = time.monotonic(), (terms.org_id, terms.name)
        if (figures.waiting or figures.turns) and now - self._listed.get(name, 0.0) > LIST_SECONDS:
            if len(self._listed) >= MOST_REMEMBERED:
                self._listed.clear()
            self._listed[name] = now
            self._start(self._list_room(terms))

    async def _list_room(self, terms: RoomTerms) -> None:
        key, now = _list_key(terms.org_id, terms.venue_id), time.time()
        try:
            await self._redis.zadd(key, {terms.name: now})
            await self._redis.zremrangebyscore(key, "-inf", now - IN_USE_SECONDS)
            await self._redis.expire(key, IN_USE_SECONDS)
        except AWAY as error:
            log.debug("waiting_room.not_listed", extra={"error": type(error).__name__})

    @property
    def is_away(self) -> bool:
        """Return whether the breaker is open because Redis did not answer."""
        return self._breaker.is_open

    async def ask(
        self, terms: RoomTerms, what: What, visitor: str = "", *, value: str = "", address: str = ""
    ) -> Place | None:
        """Return the room's answer; None if Redis gives none within `PATIENCE`. It never raises."""
        probe = self._breaker.is_open
        if not self._breaker.admits():
            return None
        try:
            return await self._batcher.submit(
                _RoomRequest(terms, what, visitor, value, address, time.monotonic(), probe)
            )
        except Unavailable:
            return None

    def write(self, terms: RoomTerms, what: Literal["use", "return"], visitor: str, key: str) -> None:
        """Write that a claimed turn is used or given back. Nobody waits for it, and it is tried again while Redis is away."""
        self._start(self._write(terms, what, visitor, key))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name="waiting-room-write")
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def close(self) -> None:
        """Wait for the writes and batches in flight, at most 2 s."""
        if self._writes:
            await asyncio.wait(self._writes, timeout=1)
        for task in self._writes:
            task.cancel()
        await asyncio.wait_for(self._batcher.drain(), 2)

    async def _write(self, terms: RoomTerms, what: What, visitor: str, key: str) -> None:
        for _ in range(USE_TRIES):
            if await self.ask(terms, what, visitor, value=key) is not None:
                return
            await asyncio.sleep(USE_PAUSE)

    async def _run_batch(self, requests: list[_RoomRequest]) -> list[Place | None]:
        nothing: list[Place | None] = [None] * len(requests)
        if self._breaker.is_open and not any(request.probe for request in requests):
            return nothing
        left = PATIENCE - (time.monotonic() - requests[0].at)
        if left < 0.05:
            return nothing
        rooms: dict[tuple[int, str], tuple[RoomTerms, list[int]]] = {}
        for i, request in enumerate(requests):
            # The newest terms of a batch count for all of it.
            name = (request.terms.org_id, request.terms.name)
            indexes = rooms[name][1] if name in rooms else []
            rooms[name] = (request.terms, indexes)
            indexes.append(i)
        calls = [(terms.keys, _arguments(terms, [requests[i] for i in indexes])) for terms, indexes in rooms.values()]
        try:
            answered = await self._script.run(calls, within=left)
        except AWAY as error:
            self._breaker.failure()
            log.debug("waiting_room.away", extra={"error": type(error).__name__})
            return nothing
        except Exception:
            self._breaker.failure()
            log.exception("waiting_room.failed")
            return nothing
        self._breaker.success()
        answers = nothing
        for (terms, indexes), said in zip(rooms.values(), answered, strict=True):
            lines = said.decode().split("\n") if isinstance(said, bytes) else []
            if len(lines) == len(indexes) + 1:
                figures = _figures(lines[0])
                self._list_in_use(terms, figures)
                for i, line in zip(indexes, lines[1:], strict=True):
                    answers[i] = _place(figures, line)
            else:
                # Redis answered but refused the script, for example out of memory.
                log.warning("waiting_room.refused", extra={"error": str(said)[:200]})
        return answers


def _list_key(org_id: int, venue_id: int) -> str:
    return f"venuehub:waiting-rooms:{{{org_id}:{venue_id}}}"


def _arguments(terms: RoomTerms, requests: list[_RoomRequest]) -> list[str | int | bytes]:
    """Return the arguments of one call. All requests are one of them, because redis-py takes longer for each argument than for its bytes."""
    opens_in = max(int(terms.opens_in * 1000), 0)
    asked: list[str] = []
    for request in requests:
        asked += (_LETTERS[request.what], request.visitor, request.value, request.address)
    return [
        terms.rate, terms.turn_seconds * 1000, terms.free, opens_in, int(AWAY_SECONDS * 1000), orjson.dumps(asked)
    ]  # fmt: skip


def _figures(line: str) -> RoomFigures:
    waiting, turns, admitted, joined, wait, passed, born, is_open = (int(part) for part in line.split())
    return RoomFigures(waiting, turns, admitted, joined, wait, passed, born, is_open == 1)


def _place(figures: RoomFigures, line: str) -> Place:
    words = line.split()
    state = _STATES[words[0] if words else ""]
    if state == "waiting":
        return Place(figures, state, 0, int(words[1]), int(float(words[2])), int(words[3]))
    if state == "turn":
        return Place(figures, state, int(words[1]))
    return Place(figures, state)
