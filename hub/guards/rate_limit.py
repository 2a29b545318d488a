"""The rate limit: at most N requests of one bucket in M seconds, counted in Redis over all hub processes.

The window slides: 10/min admits ten requests at once and refuses an eleventh within the same minute. While Redis does not
answer, every process applies the same rate from its own memory.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from math import inf
from zlib import crc32

from db.redis_client import PATIENCE, RedisClient
from hub.batching.batcher import Batcher
from hub.guards.breaker import Breaker
from hub.guards.local_rate_limit import LocalRateLimit
from hub.guards.script_calls import AWAY, Call, ScriptCalls
from hub.settings import Rate

log = logging.getLogger(__name__)

ONE_TAG, TAGS = "rate", 32
"""The hash tag of all buckets of a single server, and the number of tags in a cluster: its nodes share them. A batch takes a call for each."""
LONGEST_REFUSAL = 1.0
"""Seconds that a process remembers a refusal by charges that may be given back. Any other refusal holds for its whole wait."""


@dataclass(frozen=True, slots=True)
class _RateRequest:
    """`weight` is how many times the request counts; below 0 it gives so many back."""

    bucket: str
    rate: Rate
    at: float
    probe: bool
    weight: int = 1
    remembered: float = inf


class RateLimit:
    """The rate limiter of a process. All requests that arrive in one turn of the event loop share one script call."""

    def __init__(self, redis: RedisClient) -> None:
        self._script = ScriptCalls(redis, "rate_limit")
        self._breaker = Breaker()
        self._local = LocalRateLimit()
        self._batcher: Batcher[_RateRequest, float] = Batcher("rate-limit", self._run_batch, max_batch=256)

    async def admit(self, bucket: str, rate: Rate | None, *, weight: int = 1, returnable: bool = False) -> float:
        """Return 0.0 if the request is admitted, else the seconds to wait. With `rate` None it is always admitted.

        It counts `weight` times, and is never admitted if that is more than the whole rate. `returnable` says that the caller
        may give it back.
        """
        if rate is None:
            return 0.0
        if weight > rate.count:
            return float(rate.seconds)
        now = time.monotonic()
        wait = self._local.blocked(bucket, now)
        if wait > 0:
            return wait
        probe = self._breaker.is_open
        if not self._breaker.admits():
            return self._local.admit(bucket, rate, weight)
        remembered = LONGEST_REFUSAL if returnable else inf
        return await self._batcher.submit(_RateRequest(bucket, rate, now, probe, weight, remembered))

    def blocked(self, bucket: str) -> float:
        """Return the seconds that this bucket must wait by what this process remembers; 0.0 if it may be asked for."""
        return self._local.blocked(bucket, time.monotonic())

    def give_back(self, bucket: str, rate: Rate | None, *, weight: int = 1) -> None:
        """Give back an admitted request that turned out not to count. Nobody waits for Redis to take it."""
        if rate is None:
            return
        if self._breaker.is_open:
            self._local.give_back(bucket, rate, weight)
        else:
            given_back = self._batcher.submit(_RateRequest(bucket, rate, time.monotonic(), False, -weight))
            given_back.add_done_callback(lambda done: done.cancelled() or done.exception())

    @property
    def is_away(self) -> bool:
        """Return whether the breaker is open because Redis did not answer."""
        return self._breaker.is_open

    async def close(self) -> None:
        """Wait for the batches in flight, at most 2 s."""
        await asyncio.wait_for(self._batcher.drain(), 2)

    async def _run_batch(self, requests: list[_RateRequest]) -> list[float]:
        if self._breaker.is_open and not any(request.probe for request in requests):
            return self._admit_locally(requests)
        left = PATIENCE - (time.monotonic() - requests[0].at)
        if left < 0.05:
            # These requests waited behind a batch that Redis did not answer.
            return self._admit_locally(requests)
        groups = self._by_tag(requests)
        calls = [_call(tag, group) for tag, group in groups.items()]
        try:
            answers = await self._script.run(calls, within=left)
        except AWAY as error:
            self._breaker.failure()
            log.debug("rate_limit.away", extra={"error": type(error).__name__})
            return self._admit_locally(requests)
        except Exception:
            self._breaker.failure()
            log.exception("rate_limit.failed")
            return self._admit_locally(requests)
        self._breaker.success()
        waits = {tag: self._waits(groups[tag], answer) for tag, answer in zip(groups, answers, strict=True)}
        if not self._script.in_cluster:
            return waits[ONE_TAG]
        next_of = {tag: iter(some) for tag, some in waits.items()}
        return [next(next_of[_tag_of(request)]) for request in requests]

    def _by_tag(self, requests: list[_RateRequest]) -> dict[str, list[_RateRequest]]:
        """Return the requests by the hash tag of their bucket: those of one tag are one call."""
        if not self._script.in_cluster:
            return {ONE_TAG: requests}
        groups: dict[str, list[_RateRequest]] = {}
        for request in requests:
            groups.setdefault(_tag_of(request), []).append(request)
        return groups

    def _waits(self, requests: list[_RateRequest], answer: object) -> list[float]:
        """Return the waits that a call has answered, and keep them in mind. A call that was refused or not run is decided here."""
        waits = [int(milliseconds) / 1000 for milliseconds in answer.split()] if isinstance(answer, bytes) else []
        if len(waits) != len(requests):
            # Redis refused the script, for example out of memory, or the node of a cluster is away.
            return self._admit_locally(requests)
        now = time.monotonic()
        for request, wait in zip(requests, waits, strict=True):
            if wait > 0:
                self._local.block(request.bucket, now + min(wait, request.remembered))
            elif request.weight < 0:
                self._local.give_back(request.bucket, request.rate, -request.weight)
            else:
                self._local.record(request.bucket, request.rate, now, request.weight)
        return waits

    def _admit_locally(self, requests: list[_RateRequest]) -> list[float]:
        return [self._decide_locally(request) for request in requests]

    def _decide_locally(self, request: _RateRequest) -> float:
        if request.weight < 0:
            self._local.give_back(request.bucket, request.rate, -request.weight)
            return 0.0
        return self._local.admit(request.bucket, request.rate, request.weight)


def _tag_of(request: _RateRequest) -> str:
    return f"{ONE_TAG}:{crc32(request.bucket.encode()) % TAGS}"


def _call(tag: str, requests: list[_RateRequest]) -> Call:
    keys = [f"venuehub:{{{tag}}}:{request.bucket}" for request in requests]
    arguments: list[str | int] = []
    for request in requests:
        arguments += (request.rate.count, request.rate.seconds * 1000, request.weight)
    return keys, arguments
