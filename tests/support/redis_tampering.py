"""Redis tampering: writes states of seat admission that Postgres never had."""

from __future__ import annotations

import asyncio
from typing import Any

from db.redis_client import connect
from hub.guards.waiting_room import RoomTerms
from tests.support.hub import Hub
from tests.support.world import World


class Liar:
    """Writes wrong states of one slot over its own connection."""

    def __init__(self, hub: Hub, world: World, slot_id: int) -> None:
        # A longer time limit than the hub's: on a busy machine 0.25 s are not enough.
        self._redis: Any = connect(hub.settings.redis_url, patience=60)
        self.state, self.holds, self.asked = (
            f"venuehub:gate:{{{world.org_id}:{slot_id}}}:{name}" for name in ("state", "holds", "asked")
        )

    async def plant(self, lie: str) -> None:
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


async def wait_until_settled(*hubs: Hub) -> None:
    """Wait until all settlements of these hubs are written to Redis."""
    for hub in hubs:
        await settled(hub.services.seat_admission)


async def settled(gate: Any, seconds: float = 60) -> None:
    """Wait until Redis has answered every settlement. `unsettled` alone is 0 already while the last write is in flight."""
    async with asyncio.timeout(seconds):
        while gate.unsettled or not (gate._flusher is None or gate._flusher.done()):
            await asyncio.sleep(0.01)


async def age_waiting_room(redis: Any, terms: RoomTerms, milliseconds: int) -> None:
    """Move every time that a waiting room has written back, as if so much time had passed."""
    state, _, turns, here, admitted, _, _, _, _ = terms.keys
    for key in (turns, here, admitted):
        for member, score in await redis.zrange(key, 0, -1, withscores=True):
            await redis.zadd(key, {member: score - milliseconds})
    at = await redis.hget(state, "at")
    if at is not None:
        await redis.hset(state, "at", int(at) - milliseconds)
