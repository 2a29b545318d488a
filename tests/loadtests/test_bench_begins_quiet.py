"""A row of `make bench` takes away what an earlier one left, and proves it."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any, cast

import pytest

from loadtests.bench import bench as bench_of
from loadtests.bench.bench import Bench
from loadtests.stock import Stock
from tests.support.mail_outbox import add_outbox_row, count_outbox
from tests.support.world import NOON, TODAY


@pytest.fixture
async def bench(world, monkeypatch) -> Any:
    """A bench on the test's hub, whose clock never reaches the year of these e-mails."""
    monkeypatch.setattr(bench_of, "QUIET_WITHIN", 0.0)
    stock = await Stock.open(world.hub.database.dsn)
    hub = SimpleNamespace(pid=os.getpid(), database_url=world.hub.database.dsn)
    yield Bench(cast("Any", hub), stock, TODAY, quick=True)
    await stock.close()


async def test_the_e_mails_of_a_rush_are_marked_as_sent(world, bench):
    for number in range(3):
        await add_outbox_row(
            world.hub.database, org_id=world.org_id, kind="load_test", recipient=f"{number}@example.org", status="PENDING",
            next_attempt_at=NOON.replace(year=2100),
        )  # fmt: skip
    assert await bench.stock.mails_waiting() == 3
    await bench.begin_quiet()
    assert (bench.began[0].marked, bench.began[0].mails) == (3, 0)
    assert await count_outbox(world.hub.database, status="SENT") == 3


async def test_what_the_hub_still_sends_is_not_hidden(world, bench):
    await add_outbox_row(
        world.hub.database, org_id=world.org_id, kind="load_test", recipient="a@example.org", status="PENDING",
        next_attempt_at=NOON.replace(year=2100), leased_until=NOON.replace(year=2100),
    )  # fmt: skip
    await bench.begin_quiet()
    assert (bench.began[0].marked, bench.began[0].mails) == (0, 1)
    assert not bench.began[0].quiet
