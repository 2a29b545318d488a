"""The seat gate: Redis turns away requests for places that are gone, so that a rush does not queue in Postgres.

Its word is advice: `FULL` is said only where Postgres said so, everything doubtful is `UNKNOWN` and goes to Postgres,
whose transaction decides. What the gate believes is told to it after every transaction (`settle`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from redis.asyncio.cluster import RedisCluster

from db.redis_client import PATIENCE, RedisClient
from hub.batching.batcher import Batcher
from hub.guards.breaker import Breaker
from hub.guards.script_calls import AWAY, ScriptCalls
from hub.guards.settlements import Settlement, Settlements, SlotKey

REMEMBER_SECONDS = 86_400
"""How long a hold that passed keeps its way to Postgres: as long as its first answer is kept there."""
STATE_SECONDS = 8 * 86_400
FULL_SECONDS = 0.1
"""How long the word that a slot is full is passed on without asking again, unless this process hears of a free place."""
MOST_FULL = 10_000
LATE_SECONDS = PATIENCE - 0.05
"""A request that waited this long for its flight is answered at once: asking would take it past `PATIENCE`."""

log = logging.getLogger(__name__)


class Admission(IntEnum):
    UNKNOWN = -1
    """Ask Postgres; the gate cannot help."""
    FULL = 0
    GO = 1
    """Ask Postgres; a place is held meanwhile."""
    CONTENDED = 2
    """Every free place is being asked for by others: come again in a moment."""


@dataclass(frozen=True, slots=True)
class SeatRequest:
    """Places wanted in one slot. A retry with the same `hold_id` gets the same answer and holds nothing twice."""

    org_id: int
    slot_id: int
    hold_id: str
    places: int = 1


@dataclass(frozen=True, slots=True)
class _Asked:
    request: SeatRequest
    at: float
    probe: bool


_ANSWERS = {ord("1"): Admission.GO, ord("0"): Admission.FULL, ord("2"): Admission.CONTENDED}

BookedHolds = Callable[[int, int], Awaitable[Sequence[str]]]


class SeatAdmission:
    """One per process. `booked_holds(org_id, slot_id)` gives the hold ids of answers kept in Postgres; with it a gate
    that lost its memory says FULL again only once it has been told which retries have a first answer waiting."""

    def __init__(
        self,
        redis: RedisClient,
        *,
        slack: int = 8,
        hold_seconds: float = 15,
        booked_holds: BookedHolds | None = None,
        observe: Callable[[int, float], None] | None = None,
    ) -> None:
        self._redis = redis
        self._head: tuple[str | int, ...] = (int(hold_seconds * 1000), slack, REMEMBER_SECONDS)
        self._booked_holds = booked_holds
        self._asking = ScriptCalls(redis, "seat_admission")
        self._settling = ScriptCalls(redis, "seat_admission_settle")
        self._breaker = Breaker()
        self._batcher: Batcher[_Asked, Admission] = Batcher(
            "seat-gate", self._run_batch, max_batch=256, observe=observe
        )
        self._settlements = Settlements()
        self._flusher: asyncio.Task[None] | None = None
        self._completing: dict[SlotKey, asyncio.Task[None]] = {}
        self._full: dict[SlotKey, float] = {}
        self._closed = False

    def ask(self, request: SeatRequest) -> asyncio.Future[Admission]:
        """Return the gate's answer to be; never raises and never takes longer than 0.25 s."""
        probe = self._breaker.is_open
        if self._breaker.admits() and not self._closed:
            return self._batcher.submit(_Asked(request, time.monotonic(), probe))
        unknown: asyncio.Future[Admission] = asyncio.get_running_loop().create_future()
        unknown.set_result(Admission.UNKNOWN)
        return unknown

    def was_full(self, org_id: int, slot_id: int) -> bool:
        """Whether a single place was refused as FULL a moment ago: a crowd before a full slot need not ask one by one.

        Not to be asked about a request that may have its place already (one with an idempotency key).
        """
        said = self._full.get((org_id, slot_id))
        return said is not None and time.monotonic() - said < FULL_SECONDS

    def settle(
        self,
        org_id: int,
        slot_id: int,
        *,
        free: int | None,
        revision: int,
        booked: Sequence[str] = (),
        released: Sequence[str] = (),
        force: bool = False,
    ) -> None:
        """Tell the gate, soon and surely, what a transaction left: never waits and never fails.

        `booked` and `released` are hold ids; `free` is None where the slot was not looked at. `force` is for the audit
        that found the gate ahead of Postgres.
        """
        if free != 0:
            self._full.pop((org_id, slot_id), None)
        self._settlements.of((org_id, slot_id)).add(free, revision, booked, released, force)
        self._wake()

    async def truth(
        self, org_id: int, slot_id: int, *, free: int, revision: int, force: bool = False, booked: Sequence[str] | None = None
    ) -> bool:  # fmt: skip
        """Write what Postgres says now; whether Redis took it. `booked`: all holds with an answer, where known."""
        if free != 0:
            self._full.pop((org_id, slot_id), None)
        said = Settlement(complete=booked is not None)
        said.add(free, revision, booked or (), (), force)
        try:
            answer = (await self._settling.run([self._settle_call((org_id, slot_id), said)]))[0]
        except AWAY:
            self._breaker.failure()
            return False
        return isinstance(answer, int)

    async def forget(self, org_id: int, slot_id: int) -> bool:
        """Drop everything about a slot; whether Redis did."""
        self._full.pop((org_id, slot_id), None)
        self._settlements.drop((org_id, slot_id))
        try:
            await self._redis.delete(*_keys((org_id, slot_id)))
        except AWAY:
            return False
        return True

    async def standing(self, org_id: int, slot_id: int) -> dict[str, int] | None:
        return (await self.standings([(org_id, slot_id)]))[0]

    async def standings(self, slots: Sequence[SlotKey]) -> list[dict[str, int] | None]:
        """Return what the gate believes of each slot, None where it believes nothing; raises what redis-py raises.

        `held` counts live holds only after the next question of the slot has dropped the run-out ones.
        """
        commands = [
            command
            for state, holds, asked in map(_keys, slots)
            for command in (("HMGET", state, "free", "revision", "keys"), ("ZCARD", holds), ("ZCARD", asked))
        ]
        answers: list[Any]
        if isinstance(self._redis, RedisCluster):
            sent = (self._redis.execute_command(*command) for command in commands)
            answers = await asyncio.gather(*sent, return_exceptions=True)
        else:
            pipeline = self._redis.pipeline(transaction=False)
            for command in commands:
                pipeline.execute_command(*command)
            answers = await pipeline.execute(raise_on_error=False)
        return [_standing(*answers[i : i + 3]) for i in range(0, len(answers), 3)]

    @property
    def is_away(self) -> bool:
        """Whether Redis is being left alone because it did not answer."""
        return self._breaker.is_open

    @property
    def unsettled(self) -> int:
        """Slots whose settlement Redis has not taken yet."""
        return len(self._settlements)

    async def close(self) -> None:
        """Tell what is left if Redis listens, for a second at most."""
        self._closed = True
        tasks: list[asyncio.Task[None]] = [*self._completing.values()]
        if self._flusher is not None:
            await asyncio.wait([self._flusher], timeout=1)
            tasks.append(self._flusher)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run_batch(self, asked: list[_Asked]) -> list[Admission]:
        answers = [Admission.UNKNOWN] * len(asked)
        if self._breaker.is_open and not any(one.probe for one in asked):
            return answers
        now = time.monotonic()
        first = 0
        while first < len(asked) and now - asked[first].at > LATE_SECONDS:
            first += 1
        if first == len(asked):
            return answers
        slots: dict[SlotKey, tuple[list[int], list[str | int]]] = {}
        for i in range(first, len(asked)):
            request = asked[i].request
            key = (request.org_id, request.slot_id)
            if key not in slots:
                slots[key] = ([], list(self._head))
            places, pairs = slots[key]
            places.append(i)
            pairs += (request.hold_id, request.places)
        calls = [(_keys(key), pairs) for key, (_, pairs) in slots.items()]
        try:
            said = await self._asking.run(calls, within=PATIENCE - (now - asked[first].at))
        except AWAY as trouble:
            self._breaker.failure()
            log.debug("seat_gate.away", extra={"error": type(trouble).__name__})
            return answers
        except Exception:
            self._breaker.failure()
            log.exception("seat_gate.failed")
            return answers
        self._breaker.success()
        for (indexes, _), word in zip(slots.values(), said, strict=True):
            if isinstance(word, bytes) and len(word) == len(indexes):
                for i, character in zip(indexes, word, strict=True):
                    answers[i] = _ANSWERS.get(character, Admission.UNKNOWN)
                    if answers[i] is Admission.FULL and asked[i].request.places == 1:
                        self._remember_full(asked[i].request)
        return answers

    def _remember_full(self, request: SeatRequest) -> None:
        if len(self._full) > MOST_FULL:
            self._full.clear()
        self._full[request.org_id, request.slot_id] = time.monotonic()

    def _settle_call(self, key: SlotKey, said: Settlement) -> tuple[Sequence[str], Sequence[str | int]]:
        complete = self._booked_holds is None
        arguments = said.arguments(complete=complete, remember_seconds=REMEMBER_SECONDS, state_seconds=STATE_SECONDS)
        return _keys(key), arguments

    def _wake(self) -> None:
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.get_running_loop().create_task(self._flush(), name="seat-gate-settling")

    async def _flush(self) -> None:
        while self._settlements:
            if not self._breaker.admits():
                if self._closed:
                    return
                await asyncio.sleep(0.1)
                continue
            taken = self._settlements.take(256)
            try:
                answers = await self._settling.run([self._settle_call(key, said) for key, said in taken])
            except AWAY:
                self._breaker.failure()
                self._settlements.put_back(taken)
                await asyncio.sleep(0.05)
                continue
            except Exception:
                self._breaker.failure()
                log.exception("seat_gate.settle_failed")
                continue
            self._breaker.success()
            for (key, _), answer in zip(taken, answers, strict=True):
                if answer == 2:
                    self._complete(key)
                elif isinstance(answer, Exception):
                    log.warning("seat_gate.settle_refused", extra={"error": str(answer)[:200]})

    def _complete(self, key: SlotKey) -> None:
        if self._booked_holds is None or key in self._completing or self._closed:
            return
        task = asyncio.get_running_loop().create_task(self._tell_booked(key, self._booked_holds))
        self._completing[key] = task
        task.add_done_callback(lambda _: self._completing.pop(key, None))

    async def _tell_booked(self, key: SlotKey, booked_holds: BookedHolds) -> None:
        try:
            booked = await booked_holds(*key)
        except Exception as trouble:  # noqa: BLE001 - whatever it was: the slot's next settlement asks again
            log.debug("seat_gate.booked_holds_unknown", extra={"error": type(trouble).__name__})
            return
        waiting = self._settlements.of(key)
        waiting.add(None, -1, booked, (), False)
        waiting.complete = True
        self._wake()


def _keys(slot: SlotKey) -> tuple[str, str, str]:
    tag = f"venuehub:gate:{{{slot[0]}:{slot[1]}}}:"
    return tag + "state", tag + "holds", tag + "asked"


def _standing(state: Any, held: Any, asked: Any) -> dict[str, int] | None:
    try:
        free, revision, keys = (int(value) if value is not None else -1 for value in state)
        if None in state[:2]:
            return None
        return {"free": free, "revision": revision, "keys_known": keys == 1, "held": int(held), "asked": int(asked)}
    except (TypeError, ValueError):
        return None
