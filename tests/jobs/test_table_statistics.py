"""Statistics of tables: gathered soon after a bulk load, also of a table that was analysed while it was empty."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from hub.jobs.table_statistics import gather_statistics
from tests.support.hub import Hub
from tests.support.plans import believed_rows, keep_from_autovacuum
from tests.support.season import loading, write_season
from tests.support.world import TODAY, World

pytestmark = pytest.mark.new_database

LOADED = ("scans", "tickets")


@pytest.fixture
async def hub(open_hub: Callable[..., Awaitable[Hub]]) -> Hub:
    """It runs no jobs by itself."""
    return await open_hub(role="web")


@pytest.mark.parametrize("analysed", [False, True], ids=["never analysed", "analysed while empty"])
async def test_a_loaded_table_gets_its_statistics_once(hub: Hub, world: World, analysed: bool):
    await keep_from_autovacuum(hub.database, *LOADED, analysed=analysed)
    await write_season(world, TODAY - timedelta(days=30), 5, 300)
    assert set(LOADED) <= set(await gather_statistics(hub.services))
    assert not set(LOADED) & set(await gather_statistics(hub.services))


async def test_a_table_in_the_middle_of_a_load_is_left_alone_until_the_load_is_over(hub: Hub, world: World):
    """Its rows would count as none, and the pages that they are on would count."""
    await keep_from_autovacuum(hub.database, *LOADED, analysed=False)
    async with loading(world, TODAY - timedelta(days=30), 5, 300):
        assert not set(LOADED) & set(await gather_statistics(hub.services))
    assert set(LOADED) <= set(await gather_statistics(hub.services))


async def test_statistics_from_the_middle_of_a_load_are_gathered_again(hub: Hub, world: World):
    await keep_from_autovacuum(hub.database, *LOADED, analysed=False)
    async with loading(world, TODAY - timedelta(days=30), 5, 300):
        await keep_from_autovacuum(hub.database, *LOADED, analysed=True)
        assert await believed_rows(hub.database, "tickets") == 0
    assert set(LOADED) <= set(await gather_statistics(hub.services))
    assert await believed_rows(hub.database, "tickets") >= 1500
    assert not set(LOADED) & set(await gather_statistics(hub.services))


async def test_small_tables_are_left_alone(hub: Hub, world: World):
    await world.fill(await world.slot(), 2)
    assert await gather_statistics(hub.services) == []
