"""The rate limit: so many requests of one bucket in so many seconds, counted in Redis over all hub processes.

The count holds for *any* stretch of the window's length: ten at once are fine with 10/min, an eleventh within the minute
is not. While Redis is away every process applies the same rate by its own memory.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass

from db.redis_client import PATIENCE, RedisClient
from hub.batching.batcher import Batcher
from hub.guards.breaker import Breaker
from hub.guards.local_rate_limit import LocalRateLimit
from hub.guards.script_calls import AWAY, ScriptCalls
from hub.settings import Rate

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Knock:
    bucket: str
    rate: Rate
    at: float
    probe: bool


class RateLimit:
    """One per process; all requests that arrive in one turn of the loop share one script call."""

    def __init__(self, redis: RedisClient) -> None:
        self._script = ScriptCalls(redis, "rate_limit")
        self._breaker = Breaker()
        self._here = LocalRateLimit()
        self._batcher: Batcher[_Knock, float] = Batcher("rate-limit", self._run_batch, max_batch=256)

    async def admit(self, bucket: str, rate: Rate | None) -> float:
        """Return 0.0 where the request is admitted, else the seconds to wait. `rate` None admits at once."""
        if rate is None:
            return 0.0
        now = time.monotonic()
        wait = self._here.blocked(bucket, now)
        if wait > 0:
            return wait
        probe = self._breaker.is_open
        if not self._breaker.admits():
            return self._here.admit(bucket, rate)
        return await self._batcher.submit(_Knock(bucket, rate, now, probe))

    @property
    def is_away(self) -> bool:
        """Whether Redis is being left alone because it did not answer."""
        return self._breaker.is_open

    async def close(self) -> None:
        """Wait for what is under way; every wait is bounded."""
        await asyncio.wait_for(self._batcher.drain(), 2)

    async def _run_batch(self, knocks: list[_Knock]) -> list[float]:
        if self._breaker.is_open and not any(knock.probe for knock in knocks):
            return self._alone(knocks)
        left = PATIENCE - (time.monotonic() - knocks[0].at)
        if left < 0.05:
            # They waited behind a flight Redis did not answer.
            return self._alone(knocks)
        keys = [f"venuehub:{{rate}}:{knock.bucket}" for knock in knocks]
        arguments: list[str | int] = []
        for knock in knocks:
            arguments += (knock.rate.count, knock.rate.seconds * 1000)
        try:
            (said,) = await self._script.run([(keys, arguments)], within=left)
            waits = [int(word) / 1000 for word in said.split()] if isinstance(said, bytes) else []
        except AWAY as trouble:
            self._breaker.failure()
            log.debug("rate_limit.away", extra={"error": type(trouble).__name__})
            return self._alone(knocks)
        except Exception:
            self._breaker.failure()
            log.exception("rate_limit.failed")
            return self._alone(knocks)
        self._breaker.success()
        if len(waits) != len(knocks):
            # Redis is there but refused the script (out of memory, say).
            return self._alone(knocks)
        now = time.monotonic()
        for knock, wait in zip(knocks, waits, strict=True):
            if wait > 0:
                self._here.block(knock.bucket, now + wait)
            else:
                self._here.record(knock.bucket, knock.rate, now)
        return waits

    def _alone(self, knocks: list[_Knock]) -> list[float]:
        return [self._here.admit(knock.bucket, knock.rate) for knock in knocks]
