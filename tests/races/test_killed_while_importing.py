"""The hub is killed while it stores a file. Whoever goes on stores every line once, and the counts are those of the file."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from hub.actions.imports.work import LEASE, work_on
from tests.support.blocked_inserts import Standstill
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub
from tests.support.imports import begun, leave_imports, read_counts
from tests.support.negative_controls import sabotage
from tests.support.tickets import count_tickets
from tests.support.webhooks import numbered_events, write_down
from tests.support.world import World

LINES, FIRST_BATCH = 1_200, 500


@pytest.fixture
async def hub(open_hub: Any, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """The other hub, which is not killed, and which works on an import only if a test asks it to."""
    leave_imports(monkeypatch)
    beside: Hub = await open_hub()
    return beside


@pytest.fixture
async def world(hub: Hub) -> World:
    return await World(hub).found()


async def killed_in_the_second_batch(world: World, served: ServedHub, still: Standstill) -> int:
    """Begin an import, and kill the hub that runs it while Postgres writes the second batch. Return the import."""
    file = "code,order\n" + "".join(f"KK-{n:05},order-{n // 3}\n" for n in range(LINES))
    await still.at("tickets", when=f"NEW.code = 'KK-{FIRST_BATCH + 100:05}'")
    import_id = await begun(world.hub, world.org_id, file)
    await still.waits(1)
    await served.kill()
    await still.end_backends()
    await still.go()
    await still.settled()
    world.hub.clock.advance(LEASE.total_seconds() + 1)
    return import_id


async def test_every_line_is_stored_and_counted_once_and_every_order_has_its_events_once(
    world: World, served: ServedHub, still: Standstill
) -> None:
    await write_down(world, events=("order.created", "order.paid"))
    import_id = await killed_in_the_second_batch(world, served, still)
    assert await count_tickets(world.hub.database) == FIRST_BATCH, "a batch is stored as a whole or not at all"
    assert await work_on(world.hub.services, world.org_id, import_id)
    assert await count_tickets(world.hub.database) == LINES
    assert await read_counts(world.hub, world.org_id, import_id) == {
        "lines_done": LINES, "added": LINES, "changed": 0, "cancelled": 0, "unchanged": 0, "refused": 0,
    }  # fmt: skip
    events = Counter((event["kind"], event["object"]) for event in await numbered_events(world))
    assert (len(events), set(events.values())) == (2 * LINES // 3, {1})


async def test_control_whoever_begins_again_at_the_first_line_counts_lines_twice(
    world: World, served: ServedHub, still: Standstill, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = await killed_in_the_second_batch(world, served, still)
    behind = "last_line = CASE status WHEN 'RUNNING' THEN last_line ELSE 0 END"
    sabotage(monkeypatch, "imports/imports", "claim", (behind, "last_line = 0"))
    assert await work_on(world.hub.services, world.org_id, import_id)
    counts = await read_counts(world.hub, world.org_id, import_id)
    assert (counts["lines_done"], counts["unchanged"]) == (LINES + FIRST_BATCH, FIRST_BATCH)


async def test_while_a_hub_works_on_an_import_no_other_one_does(world: World, hub: Hub) -> None:
    import_id = await begun(hub, world.org_id, "code\n" + "".join(f"KK-{n:05}\n" for n in range(LINES)))
    did = await asyncio.gather(*(work_on(hub.services, world.org_id, import_id) for _ in range(4)))
    assert sorted(did) == [False, False, False, True]
    assert (await read_counts(hub, world.org_id, import_id))["added"] == LINES
