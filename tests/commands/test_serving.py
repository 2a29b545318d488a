"""`hub serve` says at its start what is wrong with its servers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from db.redis_client import connect
from hub.clock import Clock
from hub.commands.doctor import _jobs_are_away
from hub.commands.serving import _check_eviction
from hub.observability import logs
from tests.support.bookings import book, outcome
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub
from tests.support.mail_outbox import count_outbox
from tests.support.mail_server import MailServer
from tests.support.world import World


@pytest.mark.parametrize(("policy", "named"), [("noeviction", []), ("allkeys-lru", ["allkeys-lru"])])
async def test_a_redis_that_drops_keys_is_named_and_one_that_keeps_them_is_not(
    hub: Hub, policy: str, named: list[str]
) -> None:
    redis = connect(hub.settings.redis_url, patience=20)
    await redis.config_set("maxmemory-policy", policy)
    try:
        with logs.captured() as lines:
            await _check_eviction(hub.services)
    finally:
        await redis.config_set("maxmemory-policy", "noeviction")
        await redis.aclose()
    assert [line["policy"] for line in lines if line["event"] == "redis.evicts"] == named


async def test_a_process_for_the_jobs_takes_over_from_one_that_was_killed(
    open_hub: Callable[..., Awaitable[Hub]], clock: Clock, tmp_path: Path, free_port: int
) -> None:
    hub, mail_server = await open_hub(role="web"), MailServer()
    world = await World(hub).found()
    await mail_server.start()
    assert await asyncio.to_thread(_jobs_are_away, hub.settings)
    jobs = ServedHub(hub, clock, tmp_path / "jobs", free_port, mail_server.url)
    slot_id = await world.slot()
    for sent in (1, 2):
        await jobs.start("--role", "jobs")
        assert outcome(await book(hub, await world.ticket(), slot_id)) == "booked"
        async with asyncio.timeout(60):
            while await count_outbox(hub.database, status="SENT") < sent:
                await asyncio.sleep(0.02)
        async with asyncio.timeout(60):  # it may send the first e-mail before it says that it is there
            while await asyncio.to_thread(_jobs_are_away, hub.settings):
                await asyncio.sleep(0.02)
        page = await asyncio.to_thread(urlopen, f"{jobs.url}/metrics")
        assert b"jobs_processes 1.0" in page.read()
        await jobs.kill()
    await mail_server.stop()
