"""The Redis client: it gives up quickly and never repeats a command by itself.

redis-py's defaults repeat a command whose reply was lost up to ten times with five-second waits; a gate call must run
once and cost a quarter of a second at the worst, because Redis only advises.
"""

from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.driver_info import DriverInfo

PATIENCE = 0.25
"""Seconds to wait for Redis to connect, to answer, or for a free connection."""

_DRIVER = DriverInfo()
"""Made once: by itself redis-py reads its version from disk for every connection, 0.4 ms of the loop's time."""

RedisClient = Any
"""A `Redis` or a `RedisCluster`; both answer the few commands the hub uses."""


def connect(url: str, *, max_connections: int = 32, patience: float = PATIENCE) -> RedisClient:
    """Return a client for `redis://`, `rediss://` or `redis+cluster://`; nothing is sent before its first command."""
    if url.startswith(("redis+cluster://", "rediss+cluster://")):
        return RedisCluster.from_url(
            url.replace("+cluster", "", 1),
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
