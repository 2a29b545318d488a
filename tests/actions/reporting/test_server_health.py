"""Readiness: asked on a connection of its own, once a second, however many ask."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator

import pytest

from hub.actions.reporting import server_health
from hub.actions.reporting.server_health import ServerHealth, Standing
from tests.support.hub import Hub
from tests.support.pools import all_taken
from tests.support.valkey_server import OwnValkey

# These tests take the connections of the hub away.
pytestmark = pytest.mark.own_hub


@pytest.fixture(autouse=True)
def patience(slow_servers: None) -> None:
    """Give hubs opened from now on time limits that a busy machine does not exceed."""


@pytest.fixture
def own_valkey() -> Iterator[OwnValkey]:
    server = OwnValkey()
    yield server
    server.thaw()
    server.kill()
    shutil.rmtree(server.folder, ignore_errors=True)


async def test_readiness_is_answered_while_every_other_connection_is_in_use(hub: Hub) -> None:
    pools = hub.database.pools()
    async with all_taken(*(pool for name, pool in pools.items() if name != "readiness")):
        assert await ServerHealth(hub.services).read() == Standing(database=True, redis=True, jobs=True)


async def test_on_a_connection_that_others_use_it_would_not_be(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_health, "PATIENCE_SECONDS", 0.05)
    with monkeypatch.context() as shared:
        shared.setattr(hub.database, "readiness", hub.database.jobs)
        async with all_taken(hub.database.jobs):
            assert not (await ServerHealth(hub.services).read()).database


@pytest.mark.parametrize("seconds", [0.05, 60.0])
async def test_a_silent_redis_does_not_keep_the_answer_back(
    open_hub: Callable[..., Awaitable[Hub]], own_valkey: OwnValkey, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """The control waits for it as long as for Postgres, and a probe would have given up."""
    hub = await open_hub(redis_url=own_valkey.url)
    monkeypatch.setattr(server_health, "REDIS_SECONDS", seconds)
    own_valkey.freeze()
    answer = asyncio.ensure_future(ServerHealth(hub.services).read())
    if seconds < 1:
        assert await answer == Standing(database=True, redis=False, jobs=True)
    else:
        await asyncio.wait([answer], timeout=0.5)
        assert not answer.done()
    own_valkey.thaw()
    await answer


async def test_both_servers_are_asked_once_a_second_however_many_ask(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, now = 0, 1000.0
    ask = hub.database.readiness.fetchval

    async def count(sql: str) -> object:
        nonlocal asked
        asked += 1
        return await ask(sql)

    monkeypatch.setattr(hub.database.readiness, "fetchval", count)
    monkeypatch.setattr(server_health, "monotonic", lambda: now)
    health = ServerHealth(hub.services)
    assert {standing.database for standing in await asyncio.gather(*(health.read() for _ in range(50)))} == {True}
    now += 0.9
    await health.read()
    assert asked == 1
    now += 0.2
    await health.read()
    assert asked == 2


async def test_who_gives_up_waiting_takes_the_answer_from_nobody_else(hub: Hub) -> None:
    health = ServerHealth(hub.services)
    impatient, patient = asyncio.ensure_future(health.read()), asyncio.ensure_future(health.read())
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).database
