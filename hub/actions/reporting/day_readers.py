"""Readers of days: a few days at a time, so that a long span is many short statements and leaves connections to others."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from db.organisation import current_organisation, working_for
from hub.batching.task_ending import end_tasks

Day = TypeVar("Day")

AT_ONCE = 2
"""Days read at the same time for one manager. So the pool keeps a connection for others."""


async def read_each(days: Iterable[Day], read: Callable[[Day], Awaitable[None]]) -> None:
    """Call `read` for every day, in order, `AT_ONCE` at the same time. The first that raises ends the others.

    All work for the organisation of the task that calls.
    """
    waiting, org_id = iter(days), current_organisation()

    async def read_in_turn() -> None:
        with working_for(org_id):
            for day in waiting:
                await read(day)

    readers = [asyncio.create_task(read_in_turn()) for _ in range(AT_ONCE)]
    try:
        await asyncio.gather(*readers)
    finally:
        await end_tasks(readers)
