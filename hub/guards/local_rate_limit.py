"""The local rate limit: counts the requests of this process alone. It applies while Redis does not answer."""

from __future__ import annotations

import time
from collections import OrderedDict, deque

from hub.settings import Rate

MOST_BUCKETS = 50_000


class LocalRateLimit:
    """Admits at most `rate.count` requests of a bucket within any `rate.seconds`. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, deque[float]] = OrderedDict()
        self._blocked: OrderedDict[str, float] = OrderedDict()

    def blocked(self, bucket: str, now: float) -> float:
        """Return the seconds that this bucket must still wait by the last answer of Redis; 0.0 if Redis may be asked."""
        until = self._blocked.get(bucket)
        if until is None:
            return 0.0
        if until <= now:
            del self._blocked[bucket]
            return 0.0
        return until - now

    def block(self, bucket: str, until: float) -> None:
        """Refuse this bucket until `until` (monotonic seconds) without asking Redis."""
        if len(self._blocked) >= MOST_BUCKETS:
            self._blocked.popitem(last=False)
        self._blocked[bucket] = until

    def record(self, bucket: str, rate: Rate, now: float, weight: int = 1) -> None:
        """Record a request that Redis admitted, so that a bucket does not get its whole allowance again if Redis fails."""
        self._moments(bucket, rate).extend([now] * weight)

    def admit(self, bucket: str, rate: Rate, weight: int = 1) -> float:
        """Decide without Redis: return 0.0 (admitted and recorded) or the seconds to wait."""
        now = time.monotonic()
        moments = self._moments(bucket, rate)
        newer = rate.count - weight
        if len(moments) > newer and (wait := moments[-1 - newer] + rate.seconds - now) > 0:
            return wait
        moments.extend([now] * weight)
        return 0.0

    def give_back(self, bucket: str, rate: Rate, weight: int) -> None:
        """Take back the newest `weight` of what was recorded, and the refusals that it caused."""
        moments = self._moments(bucket, rate)
        for _ in range(min(weight, len(moments))):
            moments.pop()
        self._blocked.pop(bucket, None)

    def _moments(self, bucket: str, rate: Rate) -> deque[float]:
        moments = self._buckets.pop(bucket, None)
        if moments is None or moments.maxlen != rate.count:
            moments = deque(moments or (), maxlen=rate.count)
            if len(self._buckets) >= MOST_BUCKETS:
                self._buckets.popitem(last=False)
        # Moved to the end: beyond the bound the least recently used bucket is dropped.
        self._buckets[bucket] = moments
        return moments
