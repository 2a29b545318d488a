"""Fixtures of the races: two hubs on one database and one Redis, so that Postgres decides and not one hub's order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from hub.clock import Clock
from hub.embedded.supervisor import ServerUrls
from tests.support.blocked_inserts import Standstill, standstill
from tests.support.emptied_hub import EmptiedHubs, emptied_hubs
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub
from tests.support.kept_databases import DatabaseStock
from tests.support.ports import free_port
from tests.support.world import World


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hubs_of_file(
    database_stock: DatabaseStock, servers: ServerUrls, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[EmptiedHubs]:
    """The two hubs of all races of a file that do not have their own."""
    folder, ports = tmp_path_factory.mktemp("hubs"), [free_port(), free_port()]
    async with emptied_hubs(database_stock, servers.redis_url, folder, ports, changes=True) as hubs:
        yield hubs


@pytest.fixture
def pair_opener(request: pytest.FixtureRequest) -> Callable[[], Awaitable[list[Hub]]]:
    """Return the function that opens the two hubs of a race: those of the file, emptied, or two new ones."""
    mark = request.node.get_closest_marker("one_hub")
    if mark is not None:
        of_file: EmptiedHubs = request.getfixturevalue("hubs_of_file")
        return partial(of_file.opened, **mark.kwargs)
    open_hub = request.getfixturevalue("open_hub")

    async def open_both() -> list[Hub]:
        return [await open_hub(), await open_hub()]

    return open_both


@pytest.fixture
async def two_hubs(slow_servers: None, pair_opener: Callable[[], Awaitable[list[Hub]]]) -> list[Hub]:
    """Two hubs with time limits that no busy machine exceeds: the races check who wins, and 503 is always wrong."""
    return await pair_opener()


@pytest.fixture
async def world(two_hubs: list[Hub]) -> World:
    """The world of the first hub. The second hub learns of it as another process would.

    No invariants are checked at the end, because the races check them and the negative controls break them.
    """
    world = await World(two_hubs[0]).found()
    two_hubs[1].services.venues.forget()
    return world


class PostgresLog:
    """The log of Postgres since the test began."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start = path.stat().st_size

    def lines(self, words: str) -> list[str]:
        with self._path.open("rb") as file:
            file.seek(self._start)
            return [line for line in file.read().decode("utf-8", "replace").splitlines() if words in line]

    def deadlocks(self) -> list[str]:
        return self.lines("deadlock detected")


@pytest.fixture
def postgres_log(servers, server_folder: Path) -> PostgresLog:
    return PostgresLog(server_folder / "postgres.log")


@pytest.fixture
async def served(hub: Hub, clock: Clock, tmp_path: Path, free_port: int) -> AsyncIterator[ServedHub]:
    """A further hub in a process of its own, to be killed."""
    process = ServedHub(hub, clock, tmp_path, free_port, patient=True)
    await process.start()
    yield process
    await process.kill()


@pytest.fixture
async def still(database_url: str) -> AsyncIterator[Standstill]:
    """A barrier before one table: statements that write to it wait until the test lets them go."""
    async with standstill(database_url) as still:
        yield still
