"""The loop's lag: how late the event loop itself was during a measurement, because the machine had other things to do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

FORGIVEN_SECONDS = 0.1
"""A loop that stands still for longer is somebody's fault."""


class LoopLag:
    def __init__(self) -> None:
        self._longest = 0.0

    @property
    def forgiven(self) -> float:
        """Seconds that a wait measured meanwhile may have been longer without anybody's fault."""
        return min(self._longest, FORGIVEN_SECONDS)

    async def watch(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.005)
            self._longest = max(self._longest, time.monotonic() - began - 0.005)


@asynccontextmanager
async def loop_lag() -> AsyncIterator[LoopLag]:
    lag = LoopLag()
    watching = asyncio.create_task(lag.watch())
    try:
        yield lag
    finally:
        watching.cancel()
