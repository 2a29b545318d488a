"""Scanner tokens: those that belong to no scanner neither delay nor displace those that do."""

from __future__ import annotations

import pytest

from db.pool import DatabaseDown
from hub.access import scanners
from tests.support.hub import Hub
from tests.support.pools import all_taken
from tests.support.scanners import enrolled
from tests.support.world import World


@pytest.fixture(autouse=True)
def patience(slow_servers: None) -> None:
    """Give hubs opened from now on time limits that a busy machine does not exceed."""


@pytest.fixture
def stale_at_once(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanners, "FRESH_SECONDS", 0.0)


async def test_a_known_scanner_does_not_wait_behind_unknown_tokens(hub: Hub, world: World, stale_at_once: None) -> None:
    token = (await enrolled(world)).token
    found = await hub.services.scanners.find(token)
    assert found is not None
    async with all_taken(hub.database.anonymous):
        with pytest.raises(DatabaseDown):
            await hub.services.scanners.find("vhs_unknown")
        assert await hub.services.scanners.find(token) == found


async def test_unknown_tokens_displace_no_scanner_from_the_cache(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanners, "MOST_CACHED", 2)
    token = (await enrolled(world)).token
    found = await hub.services.scanners.find(token)
    for number in range(5):
        assert await hub.services.scanners.find(f"vhs_{number}") is None
    monkeypatch.setattr(hub.services.scanners, "_database", None)
    assert await hub.services.scanners.find(token) == found
