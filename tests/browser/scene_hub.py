"""A hub that the tests of one scene share, with one venue on it: what costs time to set up is set up once."""

from __future__ import annotations

import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import redis.asyncio

from hub.clock import Clock
from hub.embedded.supervisor import ServerUrls
from tests.conftest import TEMPLATE
from tests.support.hub import Hub, settings_for
from tests.support.invariants import broken_invariants
from tests.support.world import NOON, World


@asynccontextmanager
async def scene_hub(servers: ServerUrls, folder: Path) -> AsyncIterator[World]:
    """A running hub at noon with a database of its own. At the end every promise of the database must hold."""
    # Slots of another database have the same numbers: what Redis knows of them must go.
    client = redis.asyncio.from_url(servers.redis_url, socket_connect_timeout=20, socket_timeout=20)
    await client.flushall()
    await client.aclose()
    name = f"scene_{secrets.token_hex(6)}"
    admin = await asyncpg.connect(servers.database_url)
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    try:
        database_url = f"{servers.database_url.rpartition('/')[0]}/{name}"
        clock = Clock()
        clock.set(NOON)
        hub = await Hub(settings_for(database_url, servers.redis_url, folder, _free_port()), clock).open()
        try:
            yield await World(hub).found()
            broken = await broken_invariants(hub.database)
            assert not broken, broken
        finally:
            await hub.close()
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
