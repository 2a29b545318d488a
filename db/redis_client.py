"""The Redis client: gives up quickly and never repeats a command by itself.

By default redis-py repeats a command whose reply was lost up to ten times, with waits of five seconds. A call of seat admission
must run once and take at most 0.25 s, because Redis only advises.
"""

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.driver_info import DriverInfo
from redis.exceptions import (
    AskError,
    ClusterError,
    ConnectionError,  # noqa: A004 - the one of Redis, which is no OSError
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    TryAgainError,
)
from redis.exceptions import TimeoutError as RedisTimeoutError

PATIENCE = 0.25
"""Seconds to wait for Redis to connect, to answer, or for a free connection."""

_DRIVER = DriverInfo()
"""Made once, because redis-py reads its version from disk for every connection, which blocks the loop for 0.4 ms."""

REDIS_ERRORS = (RedisError, RedisClusterException, OSError)
"""All that a command raises because of Redis. That of a cluster of which no node answers is no `RedisError`."""

REDIS_AWAY = (
    ConnectionError, RedisTimeoutError, ClusterError, RedisClusterException, TryAgainError, AskError, ReadOnlyError, OSError,
)  # fmt: skip
"""Those of them that tell that Redis is away, or that this node is none of the primaries now."""

RedisClient = Any
"""A `Redis` or a `RedisCluster`. Both support the commands that the hub uses."""


def connect(url: str, *, max_connections: int = 32, patience: float = PATIENCE) -> RedisClient:
    """Return a client for `redis://`, `rediss://` or `redis+cluster://`. It connects with its first command.

    The URL of a cluster may name several nodes (`redis+cluster://:secret@one:6379,two:6379`). One that answers is enough to find all.
    """
    if url.startswith(("redis+cluster://", "rediss+cluster://")):
        first, others = _nodes(url.replace("+cluster", "", 1))
        return RedisCluster.from_url(
            first,
            startup_nodes=others,
            socket_timeout=patience,
            socket_connect_timeout=patience,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=max_connections,
        timeout=patience,
        socket_timeout=patience,
        socket_connect_timeout=patience,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
        protocol=2,
        driver_info=_DRIVER,
    )
    return Redis.from_pool(pool)


def _nodes(url: str) -> tuple[str, list[ClusterNode]]:
    """Return the URL with the first of the nodes that it names, and the other nodes."""
    parts = urlsplit(url)
    user, at, hosts = parts.netloc.rpartition("@")
    first, *others = hosts.split(",")
    nodes = [urlsplit(f"//{host}") for host in others]
    return (
        urlunsplit(parts._replace(netloc=f"{user}{at}{first}")),
        [ClusterNode(node.hostname or "", node.port or 6379) for node in nodes],
    )


async def cluster_command(client: RedisCluster, *command: Any, **where: Any) -> Any:
    """Run a command in a cluster. When a node dies, redis-py closes connections that other tasks are opening just then.

    These tasks get an AttributeError, or a RuntimeError of uvloop. Here both are a connection that was lost.
    """
    try:
        return await client.execute_command(*command, **where)
    except (AttributeError, RuntimeError) as closed:
        raise ConnectionError(f"closed meanwhile: {closed}") from closed


async def open_subscription(client: RedisClient) -> Any:
    """Return a pub/sub object. In a cluster it is that of a node that answers: each passes on what any of them was told."""
    if not isinstance(client, RedisCluster):
        return client.pubsub(ignore_subscribe_messages=True)
    await client.initialize()
    for _ in client.get_primaries():
        node = _first_primary(client)
        with suppress(*REDIS_ERRORS):
            await cluster_command(client, "PING", target_nodes=node)
            return client.pubsub(node=node, ignore_subscribe_messages=True)
    raise ConnectionError("no primary of the Redis Cluster answers")


async def publish(client: RedisClient, channel: str, message: bytes) -> None:
    """Publish a message. In a cluster any node takes it, also while the one that the channel's name belongs to is away."""
    if not isinstance(client, RedisCluster):
        await client.publish(channel, message)
        return
    await client.initialize()
    try:
        await cluster_command(client, "PUBLISH", channel, message, target_nodes=_first_primary(client))
    except ConnectionError:
        await cluster_command(client, "PUBLISH", channel, message, target_nodes=_first_primary(client))


def _first_primary(client: RedisCluster) -> ClusterNode:
    """Return the first primary that the client knows. redis-py moves one that did not answer to the end."""
    for node in client.get_primaries():
        return node
    raise ConnectionError("no primary of the Redis Cluster is known")


async def cluster_troubles(client: RedisClient) -> list[str]:
    """Return what is wrong with a Redis Cluster; [] for a single server."""
    if not isinstance(client, RedisCluster):
        return []
    found = []
    state = (await client.execute_command("CLUSTER INFO"))["cluster_state"]
    if state != "ok":
        found.append(f"the Redis Cluster is not whole (cluster_state {state}): some slots have no primary")
    shards = (await client.execute_command("CLUSTER SLOTS")).values()
    alone = sorted({":".join(map(str, shard["primary"])) for shard in shards if not shard["replicas"]})
    if alone:
        found.append(f"without a replica nobody takes the place of {', '.join(alone)} in the Redis Cluster")
    return found


NO_EVICTION = "noeviction"


async def read_eviction_policy(client: RedisClient) -> str:
    """Return the `maxmemory-policy` of the server, in a cluster of its first node. Any but `NO_EVICTION` loses holds."""
    sections: dict[str, Any] = await client.info("memory")
    facts = sections if "maxmemory_policy" in sections else next(iter(sections.values()))
    return str(facts.get("maxmemory_policy", NO_EVICTION))
