"""Fixtures of the guards' tests: a Valkey that a test may kill, freeze and restart."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator

import pytest

from db.redis_client import RedisClient, connect
from tests.support.patience import wait_for_slow_servers
from tests.support.ports import free_port
from tests.support.valkey_cluster import ValkeyCluster
from tests.support.valkey_server import OwnValkey


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[OwnValkey]:
    server = OwnValkey()
    yield server
    server.thaw()
    server.kill()
    shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a slow Redis, for tests of what it counts. One that answers late would be passed over."""
    wait_for_slow_servers(monkeypatch)


@pytest.fixture
async def redis(valkey_server: OwnValkey) -> AsyncIterator[RedisClient]:
    """The hub's client on an empty server without scripts."""
    client = connect(valkey_server.url)
    await client.flushall()
    await client.script_flush()
    yield client
    valkey_server.thaw()
    valkey_server.start()
    await client.aclose()


@pytest.fixture(scope="module")
def whole_clusters() -> Iterator[list[ValkeyCluster]]:
    """The clusters that a test has left whole. A new one serves after two seconds."""
    clusters: list[ValkeyCluster] = []
    yield clusters
    for cluster in clusters:
        cluster.stop()


@pytest.fixture
async def three_nodes(whole_clusters: list[ValkeyCluster]) -> AsyncIterator[ValkeyCluster]:
    """An empty cluster of three primaries, each with a third of the hash slots."""
    cluster = whole_clusters.pop() if whole_clusters else ValkeyCluster(replicas=False)
    try:
        await (cluster.empty() if cluster.serves else cluster.start())
        yield cluster
    finally:
        if cluster.serves:
            whole_clusters.append(cluster)
        else:
            cluster.stop()


@pytest.fixture(scope="module")
def cluster_node() -> Iterator[OwnValkey]:
    """A cluster of one node."""
    server = OwnValkey("--cluster-enabled", "yes", "--cluster-port", str(free_port()))
    asyncio.run(serve_every_hash_slot(server))
    yield server
    server.kill()
    shutil.rmtree(server.folder, ignore_errors=True)


async def serve_every_hash_slot(server: OwnValkey) -> None:
    node = connect(server.url)
    await node.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
    async with asyncio.timeout(20):
        while (await node.execute_command("CLUSTER INFO"))["cluster_state"] != "ok":
            await asyncio.sleep(0.02)
    await node.aclose()


@pytest.fixture
async def cluster(cluster_node: OwnValkey) -> AsyncIterator[RedisClient]:
    """The hub's client on an empty cluster of one node. It refuses every script whose keys are in different hash slots."""
    client = connect(cluster_node.url.replace("redis://", "redis+cluster://").removesuffix("/0"))
    await client.flushall()
    yield client
    await client.aclose()
