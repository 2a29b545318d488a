"""Turns: of those who write one row in this process, one waits for its lock in Postgres. The others wait here.

A lock in Postgres is waited for with a connection. Without turns, a few changes of one locked slot would have all connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager


class Turns:
    """One turn for each key. A key takes memory only while somebody has its turn or waits for it."""

    def __init__(self) -> None:
        self._locks: dict[Hashable, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def of(self, keys: Iterable[Hashable], *, within: float) -> AsyncIterator[None]:
        """Have the turn of all these keys for the block, taken in their order. Raises TimeoutError after `within` seconds."""
        async with AsyncExitStack() as turns:
            async with asyncio.timeout(within):
                for key in dict.fromkeys(keys):
                    await turns.enter_async_context(self._turn(key))
            yield

    @asynccontextmanager
    async def _turn(self, key: Hashable) -> AsyncIterator[None]:
        lock, users = self._locks.get(key) or (asyncio.Lock(), 0)
        self._locks[key] = lock, users + 1
        try:
            async with lock:
                yield
        finally:
            users = self._locks[key][1] - 1
            if users:
                self._locks[key] = lock, users
            else:
                del self._locks[key]
