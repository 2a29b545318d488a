"""Tasks end although a library has swallowed their cancellation."""

from __future__ import annotations

import asyncio

import pytest

from hub.batching import task_ending
from hub.batching.task_ending import end_tasks


async def _job(swallows: int) -> None:
    """Run without end, and lose so many cancellations as a library does."""
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            swallows -= 1
            if swallows < 0:
                raise


@pytest.mark.parametrize("swallows", [0, 1, 3])
async def test_a_job_ends_however_many_cancellations_were_lost(swallows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_ending, "AGAIN_AFTER", 0.01)
    jobs = [asyncio.create_task(_job(swallows)), asyncio.create_task(_job(0))]
    await asyncio.sleep(0)
    await asyncio.wait_for(end_tasks(jobs), 60)
    assert all(job.cancelled() for job in jobs)


async def test_control_one_cancellation_leaves_the_job_running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_ending, "AGAIN_AFTER", 3600)
    job = asyncio.create_task(_job(1))
    await asyncio.sleep(0)
    ending = asyncio.create_task(end_tasks([job]))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not ending.done()
    job.cancel()
    await asyncio.wait_for(ending, 60)


async def test_what_the_tasks_gave_or_raised_is_dropped() -> None:
    async def fail() -> None:
        raise RuntimeError("gone")

    failed = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await end_tasks([failed])
    await end_tasks([])
