"""Concurrency: many clients at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def crowd(jobs: Iterable[Callable[[], Awaitable[T]]], clients: int) -> list[T]:
    """Run all jobs, `clients` at a time, and return the results in the order of the jobs."""
    waiting = deque(enumerate(jobs))
    results: list[Any] = [None] * len(waiting)

    async def client() -> None:
        while waiting:
            n, job = waiting.popleft()
            results[n] = await job()

    await asyncio.gather(*(client() for _ in range(clients)))
    return results
