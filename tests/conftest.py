"""Fixtures of all tests: real servers once a session, a database for each test, and a running hub on a real port."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import pytest_asyncio
import uvloop

from hub.clock import Clock
from hub.embedded.supervisor import EmbeddedServers, ServerUrls
from tests.support.asyncpg_types import remember_types
from tests.support.databases import make_template
from tests.support.emptied_hub import EmptiedHubs, emptied_hubs, empty_redis
from tests.support.hub import Hub, settings_for
from tests.support.invariants import broken_invariants
from tests.support.kept_databases import DatabaseStock, KeptDatabase, KeptDatabases
from tests.support.patience import wait_for_slow_servers
from tests.support.ports import free_port
from tests.support.tmpfs import ThrowAwayFolder, room_in_memory
from tests.support.world import NOON, World

# Hypothesis' deadline of 200 ms per example would measure the machine and not the property.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")

remember_types()

TESTS = Path(__file__).parent
SHARING = {"actions", "journeys", "races", "web"}
"""Folders whose tests have the mark `one_hub`, unless they say `own_hub` or ask for what shared hubs cannot give."""
OWN = {"open_hub", "database_url", "redis_url"}
PAIR = "two_hubs"
"""The fixture of the races. A race that also asks for the hub of most tests has them all to itself."""
THROW_AWAY: list[ThrowAwayFolder] = []


def pytest_configure(config: pytest.Config) -> None:
    """Put temporary files into memory, unless `TMPDIR` is set. Worker processes inherit it, and all processes keep bytecode."""
    if hasattr(config, "workerinput"):
        return
    _keep_bytecode()
    if "TMPDIR" not in os.environ and room_in_memory():
        THROW_AWAY.append(ThrowAwayFolder())


def _keep_bytecode() -> None:
    """Write bytecode although images of Python often set `PYTHONDONTWRITEBYTECODE`.

    Without it each worker compiles every test with its assertions again, for 17 s of processor time instead of 7, and
    each process that a test starts compiles the hub.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def pytest_unconfigure() -> None:
    while THROW_AWAY:
        THROW_AWAY.pop().remove()


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run the tests on the event loop of `hub serve`."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(TESTS).parts[0] in SHARING and _can_share(item):
            item.add_marker(pytest.mark.one_hub(young=True))


def _can_share(item: pytest.Item) -> bool:
    asked = set(getattr(item, "fixturenames", ()))
    is_one = ("hub_opener" in asked) != (PAIR in asked)
    return is_one and not OWN & asked and item.get_closest_marker("own_hub") is None


def shares_hub(item: pytest.Item) -> bool:
    return item.get_closest_marker("one_hub") is not None and not {"hub", PAIR}.isdisjoint(
        getattr(item, "fixturenames", ())
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without the garbage collector: tests are only added, and it would walk all of them again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Freeze the objects made so far, as `hub serve` does, so that the garbage collector skips them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def _session_scoped_runner() -> Iterator[asyncio.Runner]:
    """Replace pytest-asyncio's runner by one that lasts for the whole session.

    pytest-asyncio's depends on the loop factory, a parameter of each test, and ends with the test. Browser, driver,
    scenes and shared hubs would start for every test.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        asyncio.set_event_loop(runner.get_loop())
        yield runner
        asyncio.set_event_loop(None)


@pytest.fixture
def _function_scoped_runner(request: pytest.FixtureRequest) -> Iterator[asyncio.Runner]:
    """Replace pytest-asyncio's runner by the loop of the file's hub for tests that share it."""
    if shares_hub(request.node):
        runner = request.getfixturevalue("_session_scoped_runner")
        asyncio.set_event_loop(runner.get_loop())
        yield runner
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            asyncio.set_event_loop(runner.get_loop())
            yield runner
        asyncio.set_event_loop(None)


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
        loop.run_until_complete(make_template(urls.database_url))
        yield urls
    finally:
        loop.run_until_complete(embedded.stop())
        loop.close()


@pytest.fixture(scope="session")
def kept_databases(servers: ServerUrls) -> Iterator[KeptDatabases]:
    databases = KeptDatabases(servers.database_url)
    yield databases
    databases.end()


@pytest.fixture
def kept_database(request: pytest.FixtureRequest, kept_databases: KeptDatabases) -> Iterator[KeptDatabase]:
    database = kept_databases.take(new=request.node.get_closest_marker("new_database") is not None)
    yield database
    kept_databases.give_back(database)


@pytest.fixture
def database_url(kept_database: KeptDatabase) -> str:
    """An empty migrated database for this test alone."""
    return kept_database.url


@pytest.fixture
async def redis_url(servers: ServerUrls) -> str:
    """The session's Redis, emptied."""
    await empty_redis(servers.redis_url)
    return servers.redis_url


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Clock:
    """The clock of the test, set to noon in Rome."""
    if shares_hub(request.node):
        shared = request.getfixturevalue(PAIR if PAIR in request.fixturenames else "hub")
        hub: Hub = shared[0] if isinstance(shared, list) else shared
        return hub.clock
    clock = Clock()
    clock.set(NOON)
    return clock


@pytest.fixture(scope="session")
def port_of_hub() -> Callable[[], int]:
    """Return a port for the first hub of a test."""
    return free_port


@pytest.fixture(name="free_port")
def a_free_port() -> int:
    return free_port()


@pytest.fixture
def slow_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long time limits, for tests that check what happens and not how fast: see `tests.support.patience`."""
    wait_for_slow_servers(monkeypatch)


@pytest.fixture
async def open_hub(
    database_url: str, redis_url: str, clock: Clock, tmp_path: Path, port_of_hub: Callable[[], int]
) -> AsyncIterator[Callable[..., Awaitable[Hub]]]:
    """`await open_hub(rate_validate=Rate(30, 60))` opens one more hub on the same servers. `clock=` sets its clock."""
    opened: list[Hub] = []

    async def open_one(clock: Clock = clock, **changes: Any) -> Hub:
        servers = {"database_url": database_url, "redis_url": redis_url}
        settings = settings_for(
            data_dir=tmp_path, port=free_port() if opened else port_of_hub(), **{**servers, **changes}
        )
        hub = await Hub(settings, clock).open()
        opened.append(hub)
        return hub

    yield open_one
    for hub in reversed(opened):
        await hub.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database_stock(servers: ServerUrls) -> AsyncIterator[DatabaseStock]:
    """The databases of the hubs that files share, one file after the other."""
    stock = DatabaseStock(servers.database_url)
    yield stock
    await stock.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub_of_file(
    database_stock: DatabaseStock,
    servers: ServerUrls,
    tmp_path_factory: pytest.TempPathFactory,
    port_of_hub: Callable[[], int],
) -> AsyncIterator[EmptiedHubs]:
    """The hub of all tests of a file with the mark `one_hub`."""
    ports = [port_of_hub()]
    async with emptied_hubs(database_stock, servers.redis_url, tmp_path_factory.mktemp("hub"), ports) as hubs:
        yield hubs


@pytest.fixture
def hub_opener(request: pytest.FixtureRequest) -> Callable[[], Awaitable[Hub]]:
    """Return the function that opens the test's hub: the file's emptied hub with the mark `one_hub`, otherwise a new
    one.
    """
    mark = request.node.get_closest_marker("one_hub")
    if mark is None:
        opener: Callable[[], Awaitable[Hub]] = request.getfixturevalue("open_hub")
        return opener
    of_file: EmptiedHubs = request.getfixturevalue("hub_of_file")

    async def open_empty() -> Hub:
        (hub,) = await of_file.opened(**mark.kwargs)
        return hub

    return open_empty


@pytest.fixture
def hub_keeps_promises(request: pytest.FixtureRequest, hub_opener: object) -> Iterator[None]:
    """After the test every invariant of its own database must hold. A shared hub's is checked by `hub`."""
    if shares_hub(request.node):
        yield
        return
    databases: KeptDatabases = request.getfixturevalue("kept_databases")
    database: KeptDatabase = request.getfixturevalue("kept_database")
    yield
    broken = databases.broken_invariants(database)
    assert not broken, broken


@pytest.fixture
async def hub(
    request: pytest.FixtureRequest, hub_opener: Callable[[], Awaitable[Hub]], hub_keeps_promises: None
) -> AsyncIterator[Hub]:
    """A running hub. After the test every invariant of the database must hold."""
    hub = await hub_opener()
    yield hub
    if shares_hub(request.node):
        of_file: EmptiedHubs = request.getfixturevalue("hub_of_file")
        broken = await of_file.broken_invariants()
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
