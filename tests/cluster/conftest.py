"""The topology that all tests of this folder share, and its signed-in sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from loadtests.faults.ground import allow_many_sockets
from tests.support.topology import Topology


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def topology() -> AsyncIterator[Topology]:
    allow_many_sockets()
    topology = Topology()
    try:
        await topology.start()
        yield topology
    finally:
        await topology.stop()
