"""How tasks end: cancelled until they have ended, because one cancellation may be lost."""

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_AFTER = 1.0
"""Seconds after which a task that still runs is cancelled again."""


async def end_tasks(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel all tasks and wait until the last has ended. Their results and errors are dropped.

    In Python 3.11 `asyncio.wait_for`, and asyncpg's acquiring of a connection with it, give their result and drop a cancellation
    that comes in the same moment. A job in an endless loop would then go on, and whoever waits for it would wait for ever.
    """
    tasks = list(tasks)
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=AGAIN_AFTER)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not log it as never retrieved
