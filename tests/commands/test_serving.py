"""`hub serve` says at its start what is wrong with its servers."""

from __future__ import annotations

import pytest

from db.redis_client import connect
from hub.commands.serving import _check_eviction
from hub.observability import logs
from tests.support.hub import Hub


@pytest.mark.parametrize(("policy", "named"), [("noeviction", []), ("allkeys-lru", ["allkeys-lru"])])
async def test_a_redis_that_drops_keys_is_named_and_one_that_keeps_them_is_not(
    hub: Hub, policy: str, named: list[str]
) -> None:
    redis = connect(hub.settings.redis_url, patience=20)
    await redis.config_set("maxmemory-policy", policy)
    try:
        with logs.captured() as lines:
            await _check_eviction(hub.services)
    finally:
        await redis.config_set("maxmemory-policy", "noeviction")
        await redis.aclose()
    assert [line["policy"] for line in lines if line["event"] == "redis.evicts"] == named
