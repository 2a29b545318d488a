"""The rate limit against a real Valkey: the count holds in every window, in all processes, and without Redis."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from db.redis_client import PATIENCE, RedisClient, connect
from hub.guards.rate_limit import RateLimit
from hub.settings import Rate

if TYPE_CHECKING:
    from tests.support.valkey_server import OwnValkey

TEN_A_MINUTE = Rate(10, 60)


@pytest.fixture
def limit(redis: RedisClient) -> RateLimit:
    return RateLimit(redis)


async def knock(limit: RateLimit, times: int, bucket: str = "ip:192.0.2.1", rate: Rate = TEN_A_MINUTE) -> list[float]:
    return list(await asyncio.gather(*(limit.admit(bucket, rate) for _ in range(times))))


async def test_ten_at_once_are_admitted_and_the_eleventh_gets_its_wait(limit: RateLimit) -> None:
    assert await knock(limit, 10) == [0.0] * 10
    wait = await limit.admit("ip:192.0.2.1", TEN_A_MINUTE)
    assert 59 < wait <= 60


async def test_one_by_one_gives_the_same_count_as_all_at_once(limit: RateLimit) -> None:
    assert [await limit.admit("ip:1", TEN_A_MINUTE) > 0 for _ in range(14)] == [False] * 10 + [True] * 4


async def test_any_stretch_of_a_window_admits_no_more_than_the_count(limit: RateLimit) -> None:
    rate = Rate(3, 1)
    admitted: list[float] = []
    started = time.monotonic()
    while time.monotonic() - started < 2.6:
        if await limit.admit("ip:1", rate) == 0:
            admitted.append(time.monotonic())
        await asyncio.sleep(0.02)
    assert len(admitted) == 9
    assert all(later - earlier > 0.98 for earlier, later in zip(admitted, admitted[3:], strict=False))


async def test_after_the_wait_it_named_a_request_is_admitted(limit: RateLimit) -> None:
    rate = Rate(1, 1)
    assert await limit.admit("ip:1", rate) == 0
    await asyncio.sleep(await limit.admit("ip:1", rate) + 0.01)
    assert await limit.admit("ip:1", rate) == 0


async def test_requests_while_blocked_do_not_prolong_the_wait(redis: RedisClient) -> None:
    rate = Rate(1, 1)
    first, others = RateLimit(redis), [RateLimit(redis) for _ in range(20)]
    await first.admit("ip:1", rate)
    waits = [await other.admit("ip:1", rate) for other in others]
    assert waits == sorted(waits, reverse=True)


async def test_buckets_do_not_share_an_allowance(limit: RateLimit) -> None:
    assert await knock(limit, 10, "ip:1") == await knock(limit, 10, "ip:2") == [0.0] * 10


async def test_processes_share_one_allowance(redis: RedisClient, valkey_server: OwnValkey) -> None:
    second = connect(valkey_server.url)
    waits = await knock(RateLimit(redis), 6) + await knock(RateLimit(second), 6)
    assert waits.count(0.0) == 10
    await second.aclose()


async def test_no_rate_admits_at_once_without_redis(limit: RateLimit, valkey_server: OwnValkey) -> None:
    valkey_server.kill()
    started = time.monotonic()
    assert [await limit.admit("ip:1", None) for _ in range(100)] == [0.0] * 100
    assert time.monotonic() - started < 0.05
    assert not limit.is_away


@pytest.mark.usefixtures("patient")
async def test_a_bucket_known_to_be_blocked_is_answered_from_memory(limit: RateLimit, redis: RedisClient) -> None:
    await knock(limit, 11)
    before = (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"]
    assert all(wait > 0 for wait in await knock(limit, 50))
    assert (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"] == before


async def test_every_bucket_runs_out(limit: RateLimit, redis: RedisClient) -> None:
    await knock(limit, 3)
    (key,) = await redis.keys("*")
    assert 0 < await redis.ttl(key) <= 60


async def test_somebody_elses_value_under_our_key_does_not_lock_anyone_out(
    limit: RateLimit, redis: RedisClient
) -> None:
    await redis.set("venuehub:{rate}:ip:192.0.2.1", "mine")
    assert (await knock(limit, 12)).count(0.0) == 10


async def test_without_redis_the_same_rate_holds_in_this_process(limit: RateLimit, valkey_server: OwnValkey) -> None:
    valkey_server.kill()
    assert (await knock(limit, 30)).count(0.0) == 10


async def test_the_death_of_redis_hands_out_no_second_allowance(limit: RateLimit, valkey_server: OwnValkey) -> None:
    admitted = (await knock(limit, 7)).count(0.0)
    valkey_server.kill()
    admitted += (await knock(limit, 20)).count(0.0)
    valkey_server.start()
    assert admitted == 10


async def test_a_frozen_redis_delays_nobody_for_long(limit: RateLimit, valkey_server: OwnValkey) -> None:
    await limit.admit("warm", TEN_A_MINUTE)
    valkey_server.freeze()

    async def slept(started: float) -> float:
        await asyncio.sleep(PATIENCE)
        return time.monotonic() - started

    async def timed(n: int) -> tuple[float, float]:
        await asyncio.sleep(n * 0.01)
        started = time.monotonic()
        patience = asyncio.create_task(slept(started))
        assert await limit.admit(f"ip:{n}", TEN_A_MINUTE) == 0
        return time.monotonic() - started, await patience

    # Each answer is compared with a sleep of the time limit that began with it: a busy machine delays both.
    timings = await asyncio.gather(*map(timed, range(120)))
    assert max(waited - patience for waited, patience in timings) < 0.05
    assert limit.is_away


async def test_script_flush_is_not_noticed(limit: RateLimit, redis: RedisClient) -> None:
    await knock(limit, 4)
    await redis.script_flush()
    assert (await knock(limit, 10)).count(0.0) == 6


@pytest.mark.usefixtures("patient")
async def test_a_request_may_count_several_times(limit: RateLimit) -> None:
    async def admitted(weight: int, bucket: str = "ip:1") -> bool:
        return await limit.admit(bucket, TEN_A_MINUTE, weight=weight, returnable=True) == 0

    assert [await admitted(4), await admitted(4)] == [True, True]
    assert limit.blocked("ip:1") == 0
    assert await limit.admit("ip:1", TEN_A_MINUTE, weight=3, returnable=True) > 59
    assert 0 < limit.blocked("ip:1") <= 1, "it is asked for again soon, because a part may have been given back"
    assert not await admitted(11, "ip:2"), "more than the whole rate"
    assert await admitted(10, "ip:2")


@pytest.mark.usefixtures("patient")
async def test_what_a_refused_request_would_have_counted_is_not_recorded(limit: RateLimit, redis: RedisClient) -> None:
    await limit.admit("ip:1", TEN_A_MINUTE, weight=8)
    assert await limit.admit("ip:1", TEN_A_MINUTE, weight=3) > 0
    assert await RateLimit(redis).admit("ip:1", TEN_A_MINUTE, weight=2) == 0


@pytest.mark.usefixtures("patient")
async def test_what_is_given_back_may_be_used_again_in_every_process(limit: RateLimit, redis: RedisClient) -> None:
    assert await limit.admit("ip:1", TEN_A_MINUTE, weight=10) == 0
    assert await limit.admit("ip:1", TEN_A_MINUTE) > 0
    limit.give_back("ip:1", TEN_A_MINUTE, weight=2)
    await limit.close()
    assert [await one.admit("ip:1", TEN_A_MINUTE) > 0 for one in (limit, RateLimit(redis), limit)] == [
        False,
        False,
        True,
    ]


async def test_without_redis_weights_and_what_is_given_back_count_too(
    limit: RateLimit, valkey_server: OwnValkey
) -> None:
    assert await limit.admit("ip:1", TEN_A_MINUTE, weight=4) == 0
    valkey_server.kill()
    assert await limit.admit("ip:1", TEN_A_MINUTE, weight=7) > 0
    assert await limit.admit("ip:1", TEN_A_MINUTE, weight=6) == 0
    for _ in range(4):
        assert await limit.admit("ip:1", TEN_A_MINUTE) > 0
    limit.give_back("ip:1", TEN_A_MINUTE, weight=6)
    await limit.close()
    assert await limit.admit("ip:1", TEN_A_MINUTE, weight=6) == 0
