"""The watch over hub processes: one whose loop no longer turns is replaced, and the end of any other is passed on."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from hub.clock import Clock
from hub.serving import watch
from hub.serving.watch import BEAT, READY, Pulse, back_off
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub, wait_until_gone


@pytest.fixture
async def served(hub: Hub, clock: Clock, tmp_path: Path, free_port: int) -> AsyncIterator[ServedHub]:
    process = ServedHub(hub, clock, tmp_path, free_port)
    await process.start()
    yield process
    await process.kill()


def test_ten_silent_seconds_are_a_hang_and_nine_are_not() -> None:
    pulse = Pulse()
    pulse.receive(READY)
    for _ in range(3):
        assert [pulse.has_stopped() for _ in range(9)] == [False] * 9
        pulse.receive(BEAT)
    assert [pulse.has_stopped() for _ in range(10)][-1]


def test_a_process_that_starts_may_be_silent_for_a_minute() -> None:
    pulse = Pulse()
    pulse.receive(BEAT)
    assert [pulse.has_stopped() for _ in range(60)] == [False] * 59 + [True]


def test_proofs_that_arrive_together_are_not_lost() -> None:
    pulse = Pulse()
    pulse.receive(BEAT + READY + BEAT * 30)
    assert pulse.ready


def test_the_pauses_grow_up_to_five_seconds() -> None:
    assert [back_off(deaths) for deaths in range(1, 8)] == [0.0, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0]


async def test_a_hub_that_hangs_is_replaced_at_the_true_limit(served: ServedHub) -> None:
    """The only test that waits the real ten seconds. The control is that of the workers, which are watched by the same `Pulse`."""
    hung = served.serving
    os.kill(hung, signal.SIGSTOP)
    assert await answering(served) != hung


async def test_a_hub_that_is_killed_is_replaced_at_once_and_the_next_one_stops_as_it_should(served: ServedHub) -> None:
    killed = served.serving
    os.kill(killed, signal.SIGKILL)
    assert await answering(served) != killed
    assert await served.end(signal.SIGINT) == 0, "the signal is passed on, and the exit code is returned"


async def test_a_hub_dies_with_its_watcher_even_if_it_hangs(served: ServedHub) -> None:
    serving = served.serving
    os.kill(serving, signal.SIGSTOP)
    await served.kill_watcher()
    await wait_until_gone(serving)


async def answering(served: ServedHub) -> int:
    """Wait until the hub answers, and return the process that does."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1)) as client:
        while True:
            try:
                async with client.get(f"{served.url}/healthz") as answer:
                    if answer.status == 200:
                        return served.serving
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(0.05)


def test_the_limits() -> None:
    assert (watch.BEAT_SECONDS, watch.SILENT_SECONDS, watch.STARTING_SECONDS) == (1.0, 10, 60)
