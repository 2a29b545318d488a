"""The hub is killed while Postgres writes entries: each entry that is there has its event, and none else has one.

The control takes the trigger away: what a hub would write after the entry's transaction is lost with it.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.races.test_killed_while_syncing import killed, outcomes, queue_of
from tests.support.blocked_inserts import Standstill
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub
from tests.support.negative_controls import drop_trigger
from tests.support.scan_log import count_entries
from tests.support.webhooks import kinds, write_down
from tests.support.world import World


@pytest.fixture
async def hub(open_hub: Any) -> Hub:
    """The other hub, which is not killed."""
    beside: Hub = await open_hub()
    return beside


@pytest.fixture
async def world(hub: Hub) -> World:
    return await World(hub).found()


@pytest.mark.parametrize("finishes", [True, False])
async def test_an_entry_has_its_event_whatever_postgres_did_when_the_hub_was_killed(
    world: World, served: ServedHub, still: Standstill, finishes: bool
) -> None:
    await write_down(world, events=("entry.recorded",))
    token = await world.staff()
    _, scans = await queue_of(world, 20)
    await still.at("webhook_inbox")
    await killed(served, still, token, scans)
    if not finishes:
        await still.end_backends()
    await still.go()
    await still.settled()
    written = 20 if finishes else 0
    assert (await count_entries(world.hub.database), len(await kinds(world))) == (written, written)
    await outcomes(world.hub.url, token, scans)
    assert (await count_entries(world.hub.database), len(await kinds(world))) == (20, 20)


async def test_an_event_after_the_transaction_is_lost_with_the_hub(
    world: World, served: ServedHub, still: Standstill
) -> None:
    """Control."""
    await write_down(world, events=("entry.recorded",))
    await drop_trigger(world.hub.database, "scans", "scans_write_events")
    token = await world.staff()
    _, scans = await queue_of(world, 20)
    await still.at("scans")
    await killed(served, still, token, scans)
    await still.go()
    await still.settled()
    assert (await count_entries(world.hub.database), await kinds(world)) == (20, [])
    await outcomes(world.hub.url, token, scans)
    assert await kinds(world) == [], "a repeat is no second entry, so nobody makes up for it"
