"""Fixtures of all tests: real servers once a session, a database for each test, and a running hub on a real port."""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import hypothesis
import pytest
import redis.asyncio
import uvloop

from db.migrate import migrate
from hub.clock import Clock
from hub.embedded.supervisor import EmbeddedServers, ServerUrls
from tests.support.asyncpg_types import remember_types
from tests.support.hub import Hub, settings_for
from tests.support.invariants import broken_invariants
from tests.support.patience import wait_for_slow_servers
from tests.support.ports import free_port
from tests.support.tmpfs import ThrowAwayFolder, room_in_memory
from tests.support.world import NOON, World

# Hypothesis' deadline of 200 ms per example would measure the machine and not the property.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")

remember_types()

TEMPLATE = "hub_template"
THROW_AWAY: list[ThrowAwayFolder] = []


def pytest_configure(config: pytest.Config) -> None:
    """Put temporary files into memory, unless `TMPDIR` is set. Worker processes inherit it."""
    if "TMPDIR" not in os.environ and not hasattr(config, "workerinput") and room_in_memory():
        THROW_AWAY.append(ThrowAwayFolder())


def pytest_unconfigure() -> None:
    while THROW_AWAY:
        THROW_AWAY.pop().remove()


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run the tests on the event loop of `hub serve`."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_collection_finish() -> None:
    """Freeze the objects made so far, as `hub serve` does, so that the garbage collector skips them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """The temporary folder of the session's servers. `postgres.log` in it is the log of Postgres."""
    folder = Path(tempfile.mkdtemp(prefix="venue-hub-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def servers(server_folder: Path) -> Iterator[ServerUrls]:
    """Postgres and Valkey from the wheels, with one migrated template database."""
    loop = asyncio.new_event_loop()
    embedded = EmbeddedServers(server_folder)
    try:
        urls = loop.run_until_complete(embedded.start())
        loop.run_until_complete(_make_template(urls.database_url))
        yield urls
    finally:
        loop.run_until_complete(embedded.stop())
        loop.close()


async def _make_template(server_url: str) -> None:
    connection = await asyncpg.connect(server_url)
    await connection.execute(f"CREATE DATABASE {TEMPLATE}")
    await connection.close()
    await migrate(_url_of(server_url, TEMPLATE))
    # The first connection after the migrations writes Postgres' catalogue cache, which every copy then has.
    await (await asyncpg.connect(_url_of(server_url, TEMPLATE))).close()


def _url_of(server_url: str, name: str) -> str:
    # The servers have no TLS, and preparing for it takes the client 1 ms per connection.
    return f"{server_url.rpartition('/')[0]}/{name}?sslmode=disable"


@pytest.fixture
async def database_url(servers: ServerUrls) -> AsyncIterator[str]:
    """A migrated database for this test alone."""
    name = f"test_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(servers.database_url)
    # Copying files takes half the processor time of the default strategy, which writes every page to the WAL.
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    try:
        yield _url_of(servers.database_url, name)
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


@pytest.fixture
async def redis_url(servers: ServerUrls) -> str:
    """The session's Redis, emptied."""
    # A longer time limit than the hub's client: on a busy machine 0.25 s are not enough.
    client = redis.asyncio.from_url(servers.redis_url, socket_connect_timeout=20, socket_timeout=20)
    await client.flushall()
    await client.aclose()
    return servers.redis_url


@pytest.fixture
def clock() -> Clock:
    """The clock of the test, set to noon in Rome."""
    clock = Clock()
    clock.set(NOON)
    return clock


@pytest.fixture(name="free_port")
def a_free_port() -> int:
    return free_port()


@pytest.fixture
def slow_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long time limits, for tests that check what happens and not how fast: see `tests.support.patience`."""
    wait_for_slow_servers(monkeypatch)


@pytest.fixture
async def open_hub(
    database_url: str, redis_url: str, clock: Clock, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[Hub]]]:
    """`await open_hub(rate_validate=Rate(30, 60))` opens one more hub on the same servers. `clock=` sets its clock."""
    opened: list[Hub] = []

    async def open_one(clock: Clock = clock, **changes: Any) -> Hub:
        servers = {"database_url": database_url, "redis_url": redis_url}
        settings = settings_for(data_dir=tmp_path, port=free_port(), **{**servers, **changes})
        hub = await Hub(settings, clock).open()
        opened.append(hub)
        return hub

    yield open_one
    for hub in reversed(opened):
        await hub.close()


@pytest.fixture
async def hub(open_hub: Callable[..., Awaitable[Hub]]) -> AsyncIterator[Hub]:
    """A running hub. After the test every invariant of the database must hold."""
    hub = await open_hub()
    yield hub
    broken = await broken_invariants(hub.database)
    assert not broken, broken


@pytest.fixture
def hub_promises() -> Callable[[Hub], Awaitable[None]]:
    """`await hub_promises(hub)` checks the invariants as `hub` does at its end, for a hub that a test opens itself."""

    async def demand(hub: Hub) -> None:
        broken = await broken_invariants(hub.database)
        assert not broken, broken

    return demand


@pytest.fixture
async def world(hub: Hub) -> World:
    """One organisation with one venue in Rome, on the hub."""
    return await World(hub).found()
