"""Alert metrics: what the alerts measure by venue, organisation or for the whole hub, per minute over all processes.

Every process counts by itself, and adds new counts to a Redis hash, one for each minute. Without Redis the alerts use the
counts of this process only.
"""

import bisect
from collections import Counter
from collections.abc import Callable
from time import time

from db.redis_client import RedisClient

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
"""Bucket bounds of the response times, in seconds."""
KEPT_MINUTES = 65
"""One hour, the longest span of an alert, and the minutes in which a process that is late still adds its counts."""


class AlertMetrics:
    """The counts of this process. `count` may be called from anywhere and takes no I/O; the alert job calls `gather`."""

    def __init__(self, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._added: dict[int, Counter[str]] = {}
        """What Redis has got, for when it does not answer."""
        self._to_add: dict[int, Counter[str]] = {}

    def count(self, name: str, by: int = 1) -> None:
        minute = int(self._clock() // 60)
        found = self._to_add.get(minute)
        if found is None:
            found = self._to_add[minute] = Counter()
            for minutes in (self._added, self._to_add):
                for old in [one for one in minutes if one < minute - KEPT_MINUTES]:
                    del minutes[old]
        found[name] += by

    def count_at(self, name: str, org_id: int, venue_id: int) -> None:
        """Count for one venue; `venue_id` 0 stands for the organisation if the venue is not known.

        Pass only ids that exist: each one takes memory in every minute.
        """
        self.count(at(name, org_id, venue_id))

    def took(self, seconds: float, what: str = "t") -> None:
        """Record the seconds that something took: "t" a request or a scan, "booking" a booking."""
        self.count(f"{what}{bisect.bisect_left(BOUNDS, seconds)}")

    async def add(self, redis: RedisClient) -> None:
        """Add new counts to the shared ones in Redis. Counts that cannot be added now are added next time."""
        for minute in list(self._to_add):
            counted = self._to_add.pop(minute)
            added = self._added.setdefault(minute, Counter())
            added.update(counted)
            try:
                async with redis.pipeline(transaction=False) as pipe:
                    for name, by in counted.items():
                        pipe.hincrby(_place(minute), name, by)
                    pipe.expire(_place(minute), KEPT_MINUTES * 60)
                    await pipe.execute()
            except BaseException:
                added.subtract(counted)
                self._to_add.setdefault(minute, Counter()).update(counted)
                raise

    async def gather(self, redis: RedisClient, minutes: int, *, alone: bool = True) -> Counter[str]:
        """Return the counts of all processes in the last `minutes` minutes.

        Without Redis return those of this process only, or raise if it says nothing `alone`, because others serve.
        """
        now = int(self._clock() // 60)
        wanted = range(now - minutes + 1, now + 1)
        total: Counter[str] = Counter()
        try:
            async with redis.pipeline(transaction=False) as pipe:
                for minute in wanted:
                    pipe.hgetall(_place(minute))
                for counted in await pipe.execute():
                    for name, count in counted.items():
                        total[name.decode()] += int(count)
            for minute in wanted:
                total.update(self._to_add.get(minute, ()))
        except Exception:  # whatever Redis or the network do
            if not alone:
                raise
            total.clear()
            for minute in wanted:
                total.update(self._added.get(minute, ()))
                total.update(self._to_add.get(minute, ()))
        return total


def at(name: str, org_id: int, venue_id: int) -> str:
    """Return the key of a venue's count."""
    return f"{name}:{org_id}:{venue_id}"


def percentile(counted: Counter[str], share: float, what: str = "t") -> tuple[float, int]:
    """Return the seconds within which this share (0 to 1) was done, and the number of times. `what` is as in `took`."""
    counts = [counted[f"{what}{n}"] for n in range(len(BOUNDS) + 1)]
    total, seen = sum(counts), 0
    for n, count in enumerate(counts):
        before, seen = seen, seen + count
        if total and seen >= share * total:
            low = BOUNDS[n - 1] if n else 0.0
            high = BOUNDS[n] if n < len(BOUNDS) else 2 * BOUNDS[-1]
            return low + (high - low) * (share * total - before) / count, total
    return 0.0, 0


def _place(minute: int) -> str:
    return f"venuehub:measures:{minute}"
