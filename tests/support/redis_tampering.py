"""The liar: writes into the gate's keys what Postgres never said."""

from __future__ import annotations

import asyncio
from typing import Any

from db.redis_client import connect
from tests.support.hub import Hub
from tests.support.world import World


class Liar:
    """Tells lies about one slot over a connection of its own."""

    def __init__(self, hub: Hub, world: World, slot_id: int) -> None:
        self._redis: Any = connect(hub.settings.redis_url)
        self.state, self.holds, self.asked = (
            f"venuehub:gate:{{{world.org_id}:{slot_id}}}:{name}" for name in ("state", "holds", "asked")
        )

    async def tell(self, lie: str) -> None:
        await getattr(self, lie)()

    async def deleted(self) -> None:
        await self._redis.delete(self.state, self.holds, self.asked)

    async def too_high(self) -> None:
        await self._redis.hset(self.state, mapping={"free": 1000, "revision": 10**12, "keys": 1})
        await self._redis.delete(self.holds)

    async def too_low(self) -> None:
        await self._redis.hset(self.state, mapping={"free": 0, "revision": 10**12, "keys": 1})

    async def text(self) -> None:
        await self._redis.hset(self.state, mapping={"free": "plenty", "revision": "latest", "keys": "yes", "wide": "x"})

    async def other_kinds(self) -> None:
        async with self._redis.pipeline(transaction=True) as lie:
            lie.delete(self.state, self.holds, self.asked)
            lie.set(self.state, "a text where a hash was")
            lie.hset(self.holds, "a hash", "where a zset was")
            lie.set(self.asked, "and another text")
            await lie.execute()

    async def flushed(self) -> None:
        await self._redis.flushall()

    async def scripts_gone(self) -> None:
        await self._redis.script_flush()

    async def close(self) -> None:
        await self._redis.aclose()


async def told_all(*hubs: Hub) -> None:
    """Wait until the gate has been told everything these hubs had to tell."""
    for _ in range(200):
        if not any(hub.services.seat_admission.unsettled for hub in hubs):
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.03)
