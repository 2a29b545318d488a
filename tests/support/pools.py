"""Connection pools whose connections are all in use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from db.pool import Pool


@asynccontextmanager
async def all_taken(*pools: Pool) -> AsyncIterator[None]:
    """Use every connection of these pools for the block. Whoever wants one meanwhile is refused soon."""
    async with AsyncExitStack() as stack:
        for pool in pools:
            for _ in range(pool.gauges[0]):
                await stack.enter_async_context(pool.connection())
        # Only now, because a busy machine takes long to open a connection.
        for pool in pools:
            pool._patience = 0.05
        yield
