"""The guards on a Redis Cluster: all keys of a script are in one hash slot, and the calls of a batch are sent apart."""

from __future__ import annotations

import asyncio

import pytest

from db.redis_client import RedisClient
from hub.guards.rate_limit import RateLimit
from hub.guards.seat_admission import Admission, SeatAdmission, SeatRequest
from hub.settings import Rate
from tests.support.redis_tampering import settled

pytestmark = pytest.mark.usefixtures("slow_servers")


async def test_seat_admission_decides_many_slots_in_one_batch(cluster: RedisClient) -> None:
    gate = SeatAdmission(cluster)
    for slot in range(20):
        gate.settle(1, slot, free=slot % 2, revision=1)
    await settled(gate)
    answers = await asyncio.gather(*(gate.ask(SeatRequest(1, slot, f"h{slot}")) for slot in range(21)))
    assert answers == [Admission.FULL, Admission.GO] * 10 + [Admission.UNKNOWN]
    standings = await gate.read_states([(1, 1), (1, 99)])
    assert standings == [{"free": 1, "revision": 1, "keys_known": True, "held": 1, "asked": 1}, None]
    assert await gate.forget(1, 1)
    assert await gate.read_state(1, 1) is None
    assert not gate.is_away
    await gate.close()


async def test_the_rate_limit_counts_many_buckets_in_one_batch(cluster: RedisClient) -> None:
    limit = RateLimit(cluster)
    waits = await asyncio.gather(*(limit.admit(f"ip:{n % 5}", Rate(10, 60)) for n in range(100)))
    assert waits.count(0.0) == 50
    assert not limit.is_away
    await limit.close()
