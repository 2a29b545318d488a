"""Shared reading: one reading runs at a time, and concurrent callers wait for the same one."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class SharedReading(Generic[T]):
    __slots__ = ("_name", "_task")

    def __init__(self, name: str) -> None:
        self._name = name
        self._task: asyncio.Task[T] | None = None

    async def read(self, begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the result of the reading in flight, or of one that begins now; raises what it raises.

        A caller that is cancelled does not end the reading.
        """
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(begin(), name=self._name)
            # Retrieves the exception even if no caller waits any more.
            self._task.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._task)

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
