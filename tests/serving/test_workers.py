"""Worker processes: the parent replaces one that dies or hangs, and only that one."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hub.observability import logs
from hub.serving import watch, workers
from hub.serving.watch import Pulse
from tests.support.hub import settings_for

SILENT = (
    "import faulthandler, signal, sys, time; faulthandler.register(signal.SIGUSR1, sys.stdout);"
    " sys.stdout.write('!'); sys.stdout.flush(); time.sleep(600)"
)
DYING = "import sys; sys.stdout.write('!'); sys.stdout.flush(); sys.exit(3)"

Spawned = Callable[[int], Awaitable[list[Process]]]


@asynccontextmanager
async def kept(source: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Spawned]:
    """Keep a worker that runs this source. `await spawned(2)` waits until there were so many of it."""
    processes: list[Process] = []

    async def spawn(*_: Any) -> Process:
        process = await asyncio.create_subprocess_exec(sys.executable, "-S", "-c", source, stdin=PIPE, stdout=PIPE)
        processes.append(process)
        return process

    monkeypatch.setattr(workers, "_spawn", spawn)
    monkeypatch.setattr(workers, "BEAT_SECONDS", 0.01)
    # A busy machine may take long to start an interpreter, and to let it answer.
    monkeypatch.setattr(watch, "STARTING_SECONDS", 10**9)
    monkeypatch.setattr(workers, "ANSWER_SECONDS", 15.0)
    settings = settings_for("postgresql://nobody@127.0.0.1:1/hub", "redis://127.0.0.1:1", folder, 1)
    stop = asyncio.Event()
    keeper = asyncio.create_task(workers._keep(settings, folder, "jobs", asyncio.Event(), stop))

    async def spawned(count: int) -> list[Process]:
        while len(processes) < count:
            await asyncio.sleep(0.005)
        return processes

    yield spawned
    stop.set()
    await keeper


async def test_a_worker_that_hangs_is_killed_and_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with logs.captured() as lines:
        async with kept(SILENT, tmp_path, monkeypatch) as spawned:
            first = (await spawned(2))[0]
            assert first.returncode == -9
    assert {line["event"] for line in lines} == {"worker.hung"}
    assert "most recent call first" in lines[0]["traceback"], "where it hung"


async def test_one_that_dies_is_replaced_and_called_dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pulse, "has_stopped", lambda _: False)
    with logs.captured() as lines:
        async with kept(DYING, tmp_path, monkeypatch) as spawned:
            await spawned(2)
    assert (lines[0]["event"], lines[0]["exit_code"], lines[0]["role"]) == ("worker.died", 3, "jobs")


async def test_without_the_watch_it_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    looked = asyncio.Semaphore(0)

    def never(_: Pulse) -> bool:
        looked.release()
        return False

    monkeypatch.setattr(Pulse, "has_stopped", never)
    async with kept(SILENT, tmp_path, monkeypatch) as spawned:
        for _ in range(20):
            await looked.acquire()
        assert [process.returncode for process in await spawned(1)] == [None]
