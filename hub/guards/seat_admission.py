"""Seat admission: Redis refuses requests for places that are gone, so that a rush does not queue in Postgres.

The answer is advice; the transaction in Postgres decides. `FULL` is answered only if Postgres has said so, and any doubt gives
`UNKNOWN`. After every transaction `settle` writes the result to Redis.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from db.redis_client import PATIENCE, RedisClient
from hub.batching.batcher import Batcher
from hub.batching.task_ending import end_tasks
from hub.guards.breaker import Breaker
from hub.guards.script_calls import AWAY, ScriptCalls, was_not_run
from hub.guards.seat_states import read_seat_states, slot_keys
from hub.guards.settlements import Settlement, Settlements, SlotKey

REMEMBER_SECONDS = 86_400
"""Seconds for which a hold that was admitted is admitted again: as long as Postgres keeps its first answer."""
STATE_SECONDS = 8 * 86_400
FULL_SECONDS = 0.1
"""Seconds for which this process answers FULL for a slot without asking Redis, unless it learns of a free place.

Then one request asks, and the others are still answered FULL until it has its answer, at most `PATIENCE` longer.
"""
MOST_FULL = 10_000
LATE_SECONDS = PATIENCE - 0.05
"""Seconds in the queue after which a request is answered UNKNOWN at once: a call would take it past `PATIENCE`."""

log = logging.getLogger(__name__)


class Admission(IntEnum):
    UNKNOWN = -1
    """Ask Postgres: Redis has no state of the slot, or one that may be wrong."""
    FULL = 0
    GO = 1
    """Ask Postgres; Redis holds a place meanwhile."""
    CONTENDED = 2
    """Requests in flight want every free place: ask again shortly."""


@dataclass(frozen=True, slots=True)
class SeatRequest:
    """A request for places in one slot. A retry with the same `hold_id` gets the same answer and holds no more places."""

    org_id: int
    slot_id: int
    hold_id: str
    places: int = 1


@dataclass(frozen=True, slots=True)
class _PendingRequest:
    request: SeatRequest
    at: float
    probe: bool


@dataclass(slots=True)
class _KnownFull:
    """A slot that was refused as FULL `at` this time. `asked`: one request asks again."""

    at: float
    asked: bool = False


_ANSWERS = {ord("1"): Admission.GO, ord("0"): Admission.FULL, ord("2"): Admission.CONTENDED}

BookedHolds = Callable[[int, int], Awaitable[Sequence[str]]]


class SeatAdmission:
    """The seat admission of a process.

    `booked_holds(org_id, slot_id)` reads the hold ids whose first answers Postgres keeps. After Redis has lost its state, it
    answers FULL only once it has these ids, because a retry must get its first answer.
    """

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
        self._admission_script = ScriptCalls(redis, "seat_admission")
        self._settle_script = ScriptCalls(redis, "seat_admission_settle")
        self._breaker = Breaker()
        self._batcher: Batcher[_PendingRequest, Admission] = Batcher(
            "seat-gate", self._run_batch, max_batch=256, observe=observe
        )
        self._settlements = Settlements()
        self._flusher: asyncio.Task[None] | None = None
        self._booked_hold_reads: dict[SlotKey, asyncio.Task[None]] = {}
        self._full: dict[SlotKey, _KnownFull] = {}
        self._closed = False

    def ask(self, request: SeatRequest) -> asyncio.Future[Admission]:
        """Return a future of the answer. It never raises, and it is done within 0.25 s."""
        probe = self._breaker.is_open
        if self._breaker.admits() and not self._closed:
            return self._batcher.submit(_PendingRequest(request, time.monotonic(), probe))
        unknown: asyncio.Future[Admission] = asyncio.get_running_loop().create_future()
        unknown.set_result(Admission.UNKNOWN)
        return unknown

    def was_full(self, org_id: int, slot_id: int) -> bool:
        """Return whether a single place was refused as FULL just now, so that a crowd does not ask one by one.

        After `FULL_SECONDS` the first caller gets False and is expected to `ask`. If it does not, everybody may ask `PATIENCE` later.
        Do not use this for a request with an idempotency key: it may have its place already.
        """
        known = self._full.get((org_id, slot_id))
        if known is None:
            return False
        age = time.monotonic() - known.at
        if age < FULL_SECONDS:
            return True
        if not known.asked:
            known.asked = True
            return False
        return age < FULL_SECONDS + PATIENCE

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
        """Queue the result of a transaction for Redis. Never waits and never fails; the write is retried until it succeeds.

        `booked` and `released` are hold ids. `free` is None if the slot was not read. `force` overwrites a higher
        revision, for a Postgres that was restored to an earlier state.
        """
        if free != 0:
            self._full.pop((org_id, slot_id), None)
        self._settlements.of((org_id, slot_id)).add(free, revision, booked, released, force)
        self._start_flusher()

    async def write_state(
        self, org_id: int, slot_id: int, *, free: int, revision: int, force: bool = False, booked: Sequence[str] | None = None
    ) -> bool:  # fmt: skip
        """Write the state in Postgres to Redis; return whether that worked. `booked`: all holds with a first answer, if known."""
        if free != 0:
            self._full.pop((org_id, slot_id), None)
        settlement = Settlement(complete=booked is not None)
        settlement.add(free, revision, booked or (), (), force)
        try:
            answer = (await self._settle_script.run([self._settle_call((org_id, slot_id), settlement)]))[0]
        except AWAY:
            self._breaker.failure()
            return False
        return isinstance(answer, int)

    async def forget(self, org_id: int, slot_id: int) -> bool:
        """Delete the state of a slot in Redis; return whether that worked."""
        self._full.pop((org_id, slot_id), None)
        self._settlements.drop((org_id, slot_id))
        try:
            await self._redis.delete(*slot_keys((org_id, slot_id)))
        except AWAY:
            return False
        return True

    async def read_state(self, org_id: int, slot_id: int) -> dict[str, int] | None:
        """Return the state of one slot, as `read_states` does."""
        return (await self.read_states([(org_id, slot_id)]))[0]

    async def read_states(self, slots: Sequence[SlotKey]) -> list[dict[str, int] | None]:
        """Return the state of each slot in Redis, None if there is none; raises what redis-py raises.

        `held` includes expired holds until the next request for the slot removes them.
        """
        return await read_seat_states(self._redis, slots)

    @property
    def is_away(self) -> bool:
        """Return whether the breaker is open because Redis did not answer."""
        return self._breaker.is_open

    @property
    def unsettled(self) -> int:
        """Return the number of slots whose settlement is not written to Redis yet."""
        return len(self._settlements)

    async def close(self) -> None:
        """Write the remaining settlements, for at most one second."""
        self._closed = True
        tasks: list[asyncio.Task[None]] = [*self._booked_hold_reads.values()]
        if self._flusher is not None:
            await asyncio.wait([self._flusher], timeout=1)
            tasks.append(self._flusher)
        await end_tasks(tasks)

    async def _run_batch(self, pending: list[_PendingRequest]) -> list[Admission]:
        answers = [Admission.UNKNOWN] * len(pending)
        if self._breaker.is_open and not any(one.probe for one in pending):
            return answers
        now = time.monotonic()
        first = 0
        while first < len(pending) and now - pending[first].at > LATE_SECONDS:
            first += 1
        if first == len(pending):
            return answers
        slots: dict[SlotKey, tuple[list[int], list[str | int]]] = {}
        for i in range(first, len(pending)):
            request = pending[i].request
            key = (request.org_id, request.slot_id)
            if key not in slots:
                slots[key] = ([], list(self._head))
            places, pairs = slots[key]
            places.append(i)
            pairs += (request.hold_id, request.places)
        calls = [(slot_keys(key), pairs) for key, (_, pairs) in slots.items()]
        try:
            answered = await self._admission_script.run(calls, within=PATIENCE - (now - pending[first].at))
        except AWAY as error:
            self._breaker.failure()
            log.debug("seat_gate.away", extra={"error": type(error).__name__})
            return answers
        except Exception:
            self._breaker.failure()
            log.exception("seat_gate.failed")
            return answers
        self._breaker.success()
        for (key, (indexes, _)), characters in zip(slots.items(), answered, strict=True):
            if isinstance(characters, bytes) and len(characters) == len(indexes):
                for i, character in zip(indexes, characters, strict=True):
                    answers[i] = _ANSWERS.get(character, Admission.UNKNOWN)
                    if answers[i] is not Admission.FULL:
                        self._full.pop(key, None)
                    elif pending[i].request.places == 1:
                        self._remember_full(key)
        return answers

    def _remember_full(self, key: SlotKey) -> None:
        if len(self._full) > MOST_FULL:
            self._full.clear()
        self._full[key] = _KnownFull(time.monotonic())

    def _settle_call(self, key: SlotKey, settlement: Settlement) -> tuple[Sequence[str], Sequence[str | int]]:
        complete = self._booked_holds is None
        arguments = settlement.arguments(
            complete=complete, remember_seconds=REMEMBER_SECONDS, state_seconds=STATE_SECONDS
        )
        return slot_keys(key), arguments

    def _start_flusher(self) -> None:
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.get_running_loop().create_task(self._flush(), name="seat-admission-settling")

    async def _flush(self) -> None:
        while self._settlements:
            if not self._breaker.admits():
                if self._closed:
                    return
                await asyncio.sleep(0.1)
                continue
            taken = self._settlements.take(256)
            try:
                answers = await self._settle_script.run(
                    [self._settle_call(key, settlement) for key, settlement in taken]
                )
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
            lost = [one for one, answer in zip(taken, answers, strict=True) if was_not_run(answer)]
            if lost:  # their node of the cluster is away
                self._settlements.put_back(lost)
                await asyncio.sleep(0.05)
            for (key, _), answer in zip(taken, answers, strict=True):
                if answer == 2:
                    self._request_booked_holds(key)
                elif isinstance(answer, Exception) and not was_not_run(answer):
                    log.warning("seat_gate.settle_refused", extra={"error": str(answer)[:200]})

    def _request_booked_holds(self, key: SlotKey) -> None:
        if self._booked_holds is None or key in self._booked_hold_reads or self._closed:
            return
        task = asyncio.get_running_loop().create_task(self._add_booked_holds(key, self._booked_holds))
        self._booked_hold_reads[key] = task
        task.add_done_callback(lambda _: self._booked_hold_reads.pop(key, None))

    async def _add_booked_holds(self, key: SlotKey, booked_holds: BookedHolds) -> None:
        try:
            booked = await booked_holds(*key)
        except Exception as error:  # noqa: BLE001 - whatever it was: the slot's next settlement asks again
            log.debug("seat_gate.booked_holds_unknown", extra={"error": type(error).__name__})
            return
        settlement = self._settlements.of(key)
        settlement.add(None, -1, booked, (), False)
        settlement.complete = True
        self._start_flusher()
