"""Background tasks: commands and readings that run to their end, even if the socket that requested them closes."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from hub.batching.task_ending import end_tasks


class BackgroundTasks:
    """Holds a reference to each task until it is done; the event loop alone would not."""

    __slots__ = ("_tasks",)

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine, name="live-command")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def __len__(self) -> int:
        return len(self._tasks)

    async def cancel_all(self) -> None:
        await end_tasks(self._tasks)
