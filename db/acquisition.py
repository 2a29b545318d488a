"""Acquisition: a free connection of a pool, also while other clients hold all that the server allows."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg

RETRY_SECONDS = 0.25
"""Seconds after which a full server is asked again. Each refusal costs it a process."""
_POLL_SECONDS = 0.01


class Acquisition:
    """Lends the connections of one pool.

    asyncpg opens another connection when all open ones are busy, and fails if the server is full. The open ones are soon free
    again, so callers then wait for one of these, in the order of their coming.
    """

    def __init__(self) -> None:
        self._full_until = 0.0
        self._turn = asyncio.Lock()

    async def acquire(self, pool: asyncpg.Pool) -> Any:
        """Return a connection. Waits without limit, so the caller sets one."""
        loop = asyncio.get_running_loop()
        if loop.time() >= self._full_until and not self._turn.locked():
            try:
                return await pool.acquire()
            except asyncpg.TooManyConnectionsError:
                self._full_until = loop.time() + RETRY_SECONDS
        async with self._turn:
            while True:
                while loop.time() < self._full_until and not pool.get_idle_size():
                    await asyncio.sleep(_POLL_SECONDS)
                try:
                    return await pool.acquire()
                except asyncpg.TooManyConnectionsError:
                    self._full_until = loop.time() + RETRY_SECONDS
