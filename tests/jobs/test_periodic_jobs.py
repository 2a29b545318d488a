"""Periodic jobs: a server that is away postpones a run, and only a fault of ours is an error."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from db.pool import DatabaseDown
from db.redis_client import connect
from hub.jobs.periodic_jobs import run_periodically
from hub.observability import logs
from hub.rules.refusals import Unavailable
from tests.support.valkey_server import OwnValkey


async def run_once(job: Callable[[], Awaitable[object]]) -> list[dict[str, Any]]:
    """Let the job run at least once, and return what was logged."""
    ran = asyncio.Event()

    async def noted() -> None:
        try:
            await job()
        finally:
            ran.set()

    with logs.captured() as lines:
        running = asyncio.ensure_future(run_periodically("test", 60, noted, first=0))
        await asyncio.wait_for(ran.wait(), 15)
        while not lines:
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return lines


@pytest.fixture
def frozen_valkey() -> Iterator[OwnValkey]:
    server = OwnValkey()
    server.freeze()
    yield server
    server.thaw()
    server.kill()
    shutil.rmtree(server.folder, ignore_errors=True)


async def test_a_frozen_redis_postpones_a_run_and_is_no_error(frozen_valkey: OwnValkey) -> None:
    redis = connect(frozen_valkey.url)
    lines = await run_once(lambda: redis.get("anything"))
    await redis.aclose()
    assert [(line["level"], line["event"]) for line in lines] == [("WARNING", "round.postponed")]


@pytest.mark.parametrize("away", [DatabaseDown("gone"), Unavailable("calendar"), ConnectionResetError()])
async def test_a_server_that_is_away_postpones_a_run(away: Exception) -> None:
    async def job() -> None:
        raise away

    assert [line["event"] for line in await run_once(job)] == ["round.postponed"]


async def test_a_fault_of_ours_is_an_error() -> None:
    async def job() -> None:
        raise KeyError("ours")

    assert [(line["level"], line["event"]) for line in await run_once(job)] == [("ERROR", "round.failed")]
