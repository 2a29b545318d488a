"""A Valkey Cluster of three primaries, with a replica each or without, whose nodes a test may kill and start again."""

from __future__ import annotations

import asyncio
import shutil
from typing import Any

from redis.asyncio import Redis

from db.redis_client import connect
from tests.support.ports import free_port
from tests.support.valkey_server import OwnValkey

PRIMARIES = 3
HASH_SLOTS = 16384
NODE_TIMEOUT_MS = 1000
"""After this time without an answer the others hold a primary for dead, and its replica takes its place."""


class ValkeyCluster:
    """With `replicas` a dead primary is replaced. Without, its hash slots wait for it, and the others are served meanwhile."""

    def __init__(self, *, replicas: bool) -> None:
        whole = "yes" if replicas else "no"
        self.nodes = [
            OwnValkey(
                "--cluster-enabled", "yes", "--cluster-port", str(free_port()),
                "--cluster-node-timeout", str(NODE_TIMEOUT_MS), "--cluster-replica-validity-factor", "0",
                "--cluster-require-full-coverage", whole,
            )
            for _ in range(PRIMARIES * (2 if replicas else 1))
        ]  # fmt: skip
        self._started = False

    @property
    def serves(self) -> bool:
        """Return whether the cluster was started and every node runs."""
        return self._started and all(one.process is not None and one.process.poll() is None for one in self.nodes)

    async def empty(self) -> None:
        for node in self.nodes:
            client = connect(node.url, patience=20.0)
            await client.flushall()
            await client.aclose()

    @property
    def url(self) -> str:
        return f"redis+cluster://{','.join(f'127.0.0.1:{node.port}' for node in self.nodes[:PRIMARIES])}"

    async def start(self) -> None:
        """Share the hash slots among the first three nodes, and let each of the others follow one of them."""
        clients = [connect(node.url) for node in self.nodes]
        try:
            for number, client in enumerate(clients):
                if number < PRIMARIES:
                    first, end = (HASH_SLOTS * n // PRIMARIES for n in (number, number + 1))
                    await client.execute_command("CLUSTER ADDSLOTSRANGE", first, end - 1)
                await client.execute_command("CLUSTER SET-CONFIG-EPOCH", number + 1)
            ids = [(await client.execute_command("CLUSTER MYID")).decode() for client in clients]
            for node in self.nodes[1:]:
                port = int(node.options[node.options.index("--cluster-port") + 1])
                await clients[0].execute_command("CLUSTER MEET", "127.0.0.1", node.port, port)
            for client in clients:
                await _until(client, lambda known: int(known["cluster_known_nodes"]) == len(self.nodes))
            for follows, client in zip(ids, clients[PRIMARIES:], strict=False):
                await client.execute_command("CLUSTER REPLICATE", follows)
            for client in clients:
                await _until(client, lambda known: known["cluster_state"] == "ok")
            while len(self.nodes) > PRIMARIES and any(
                len(row) < 4 for row in await clients[0].execute_command("CLUSTER SLOTS")
            ):
                await asyncio.sleep(0.02)
            for client in clients[PRIMARIES:]:
                while (await client.info("replication"))["master_link_status"] != "up":
                    await asyncio.sleep(0.02)
            self._started = True
        finally:
            for client in clients:
                await client.aclose()

    async def node_of(self, key: str) -> OwnValkey:
        """Return the primary that serves a key now."""
        client = await self._answering()
        try:
            slot = await client.execute_command("CLUSTER KEYSLOT", key)
            for first, last, primary, *_ in await client.execute_command("CLUSTER SLOTS"):
                if first <= slot <= last:
                    return next(node for node in self.nodes if node.port == primary[1])
        finally:
            await client.aclose()
        raise AssertionError(f"nobody serves {key}")

    async def until_whole(self) -> None:
        """Wait until every hash slot has a primary that answers."""
        client = await self._answering()
        try:
            await _until(client, lambda known: known["cluster_state"] == "ok")
        finally:
            await client.aclose()

    async def _answering(self) -> Redis:
        for node in self.nodes:
            if node.process is not None and node.process.poll() is None:
                return connect(node.url, patience=2.0)
        raise AssertionError("no node runs")

    def stop(self) -> None:
        for node in self.nodes:
            node.thaw()
            node.kill()
            shutil.rmtree(node.folder, ignore_errors=True)


async def _until(client: Redis, holds: Any) -> None:
    async with asyncio.timeout(30):
        while not holds(await client.execute_command("CLUSTER INFO")):
            await asyncio.sleep(0.02)
