"""The services of a command: connections for what it does, and not for each crowd of a hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.commands.command_services import open_command_services
from tests.support.rows import count_rows


async def test_a_command_connects_only_the_pools_that_it_uses(
    database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = {"HUB_DATABASE_URL": database_url, "HUB_REDIS_URL": redis_url, "HUB_DATA_DIR": str(tmp_path)}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    async with open_command_services() as services:
        pools = services.database.pools()
        assert {name for name, pool in pools.items() if pool.gauges[1]} == {"jobs"}
        assert await count_rows(services.database.records, "venues") == 1
        assert {name for name, pool in pools.items() if pool.gauges[1]} == {"jobs", "records"}
