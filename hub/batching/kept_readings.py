"""Kept readings: what Postgres said is kept for a while, and read once for all who ask for it meanwhile.

Without that a crowd that finds one value too old reads it one by one. A rush of 256 bookings then waits for the few connections of
its pool, and whoever waits for longer than a second is refused as if Postgres were away.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, NamedTuple, TypeVar

from db.anonymous import ReadAddress, anonymous_reader, work_anonymously
from db.organisation import current_organisation, work_for
from db.patience import current_patience
from db.pool import DatabaseDown

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class _Shared(NamedTuple):
    """Who shares a reading. Anonymous clients have connections of their own, and an organisation's statements see its rows alone."""

    key: Hashable
    anonymous: bool
    org_id: int | None


class KeptReadings(Generic[Key, Value]):
    """Values by their key. A value that is None is not kept, and neither is an error, which all who wait for it get."""

    def __init__(self, name: str, fresh_seconds: float, *, most: int | None = None) -> None:
        """`most`: with so many values all are forgotten. Without it the keys are those of rows that exist, and few."""
        self._name = name
        self._fresh_seconds = fresh_seconds
        self._most = most
        self._known: dict[Key, tuple[float, Value]] = {}
        self._readings: dict[_Shared, asyncio.Task[Value]] = {}

    def fresh(self, key: Key) -> Value | None:
        """Return the value if it is fresh, else None. For code that must not await."""
        known = self._known.get(key)
        if known is None or time.monotonic() - known[0] > self._fresh_seconds:
            return None
        return known[1]

    def last_known(self, key: Key) -> Value | None:
        """Return the value as it was read last, however long ago."""
        known = self._known.get(key)
        return None if known is None else known[1]

    async def read(self, key: Key, load: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """Return the value if it is fresh, else what `load` returns, which runs once for all callers of that time.

        Anonymous clients share one run, and all others another one, so that nobody else waits for their connections. A run works
        for the organisation of those who share it, so that row-level security holds for it as well.
        """
        value = self.fresh(key)
        if value is not None:
            return value
        reader = anonymous_reader()
        shared = _Shared(key, reader is not None, current_organisation())
        reading = self._readings.get(shared)
        if reading is None:
            reading = asyncio.get_running_loop().create_task(
                self._load(key, shared, load, reader), name=f"read-{self._name}"
            )
            reading.add_done_callback(lambda task: task.cancelled() or task.exception())
            self._readings[shared] = reading
        return await _wait_patiently(reading)

    def forget(self) -> None:
        """Forget all values. What a reading that has begun finds may be older than the change, so it is not kept."""
        self._known.clear()
        self._readings.clear()

    async def _load(
        self, key: Key, shared: _Shared, load: Callable[[], Coroutine[Any, Any, Value]], reader: ReadAddress | None
    ) -> Value:
        work_anonymously(reader)
        work_for(shared.org_id)
        task = asyncio.current_task()
        try:
            value = await load()
            if value is not None and self._readings.get(shared) is task:
                if self._most is not None and len(self._known) >= self._most:
                    self._known.clear()
                self._known[key] = (time.monotonic(), value)
            return value
        finally:
            if self._readings.get(shared) is task:
                del self._readings[shared]


async def _wait_patiently(reading: asyncio.Task[Value]) -> Value:
    """Return what is read. The wait counts against the patience of this task, which the reading, a task of its own, does not have."""
    patience = current_patience()
    if patience is None:
        return await asyncio.shield(reading)
    if patience.is_lost:
        raise DatabaseDown("it has just not answered this task")
    try:
        async with asyncio.timeout(patience.left()):
            value = await asyncio.shield(reading)
    except TimeoutError:
        raise DatabaseDown("it did not answer in time") from None
    patience.answered()
    return value
