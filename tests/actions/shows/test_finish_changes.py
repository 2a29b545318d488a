"""Finishing what a crash interrupted, whoever cancelled or moved the performance."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db.pool import DatabaseDown
from hub.actions.audit.actor import Actor
from hub.actions.shows import close_performance, finish_changes, move_performance
from hub.actions.shows.finish_changes import finish_changes as finish
from hub.actions.shows.move_performance import Move
from tests.support.hub import Hub
from tests.support.job_table import without_job
from tests.support.mail_outbox import count_outbox
from tests.support.shows import add_booking, add_performance, add_stage
from tests.support.world import TODAY, World


@pytest.fixture(autouse=True)
def no_job_finishes_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub's own job begins two seconds after its start, and would do some of what a test counts."""

    without_job(monkeypatch, "performances")


async def gone(*_, **__):
    raise RuntimeError("the hub is gone")


async def test_the_job_ends_the_bookings_and_tells_the_moved_ones_once(hub: Hub, world: World, by: Actor, monkeypatch):
    stage = await add_stage(world, 20, day=TODAY + timedelta(days=1))
    later = await add_performance(world, stage.show_id, stage.room_id, TODAY + timedelta(days=2))
    await add_booking(world, stage.performance_id, 3)
    await add_booking(world, later, 2)
    with monkeypatch.context() as patch:
        patch.setattr(close_performance, "end_bookings", gone)
        patch.setattr(move_performance, "notify_moved", gone)
        with pytest.raises(RuntimeError):
            await close_performance.cancel_performance(hub.services, by, stage.performance_id)
        with pytest.raises(RuntimeError):
            await move_performance.move_performance(hub.services, by, later, Move(TODAY + timedelta(days=5)))
    assert await count_outbox(hub.database, kind=["booking.cancelled", "booking.moved"]) == 0
    assert await finish(hub.services) == 2
    assert await finish(hub.services) == 0
    assert [await count_outbox(hub.database, kind=kind) for kind in ("booking.cancelled", "booking.moved")] == [1, 1]


async def test_one_that_is_locked_does_not_keep_the_others_waiting(hub: Hub, world: World, by: Actor, monkeypatch):
    stage = await add_stage(world, 20, day=TODAY + timedelta(days=1))
    later = await add_performance(world, stage.show_id, stage.room_id, TODAY + timedelta(days=2))
    for performance_id in (stage.performance_id, later):
        await add_booking(world, performance_id, 3)
        with monkeypatch.context() as patch:
            patch.setattr(close_performance, "end_bookings", gone)
            with pytest.raises(RuntimeError):
                await close_performance.cancel_performance(hub.services, by, performance_id)
    end = close_performance.end_bookings

    async def end_the_second(services, org_id, performance_id):
        if performance_id == stage.performance_id:
            raise DatabaseDown("lock timeout")
        return await end(services, org_id, performance_id)

    monkeypatch.setattr(finish_changes, "end_bookings", end_the_second)
    with pytest.raises(DatabaseDown):
        await finish(hub.services)
    assert await count_outbox(hub.database, kind="booking.cancelled") == 1
