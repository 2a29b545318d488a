"""The table of jobs: two processes run every job at the same moment, and what is due is done once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.privacy.retention import set_retention
from hub.actions.shows import close_performance
from hub.jobs.periodic_jobs import Job
from hub.jobs.table import HUB_JOBS, PROCESS_JOBS, SERVING_JOBS
from hub.services import Services
from tests.support.alerts import count_alerts
from tests.support.hub import Hub
from tests.support.mail_outbox import add_outbox_row, count_outbox, read_outbox
from tests.support.reservations import change_reservations
from tests.support.shows import add_booking, add_stage, count_bookings
from tests.support.slots import read_slots
from tests.support.world import NOON, TODAY, World

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def hub(open_hub: Callable[..., Awaitable[Hub]]) -> AsyncIterator[Hub]:
    """It runs no jobs by itself."""
    return await open_hub(role="web")


@pytest.fixture
def by(world: World) -> Actor:
    return Actor(world.org_id, world.venue_id)


async def run_at_once(jobs: list[Job[Services]], hubs: list[Hub], times: int = 3) -> None:
    """Run each of these jobs in all hubs at the same time. It is an error of a job if it cannot stand its twin."""
    for _ in range(times):
        for job in jobs:
            await asyncio.gather(*(job.run(hub.services) for hub in hubs))
        hubs[0].clock.advance(21)


async def messages_twice(hub: Hub) -> list[str]:
    """Return the kinds of messages that one person got twice about the same reservation. Requests for seats have none yet."""
    rows = await read_outbox(hub.database, "kind", "reservation_id", "recipient")
    said = Counter((row["kind"], row["reservation_id"], row["recipient"]) for row in rows)
    return [kind for (kind, *_), number in said.items() if number > 1 and kind != "booking.requested"]


async def prepare(hub: Hub, world: World, by: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave something to do: a cancelled performance, reminders, an expired slot, old contacts, a day that is nearly full."""
    stage = await add_stage(world, 40, day=TODAY + timedelta(days=3))
    for _ in range(6):
        await add_booking(world, stage.performance_id, 3)

    async def gone(*_: Any, **__: Any) -> None:
        raise RuntimeError("the hub is gone")

    with monkeypatch.context() as patch:
        patch.setattr(close_performance, "end_bookings", gone)
        with pytest.raises(RuntimeError):
            await close_performance.cancel_performance(hub.services, by, stage.performance_id)
    await world.policy(reminder_hours=[24])
    await world.slot(TOMORROW, capacity=10, booked=9)
    await change_reservations(hub.database, reserved_at=NOON - timedelta(days=1))
    for days in (1, 40, 50):
        await world.slot(TODAY - timedelta(days=days), booked=3)
    await set_retention(hub.services, by, 30)


async def test_two_processes_that_run_every_job_at_once_do_each_thing_once(
    hub: Hub, world: World, by: Actor, open_hub: Callable[..., Awaitable[Hub]], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await open_hub(role="web")
    await prepare(hub, world, by, monkeypatch)
    periodic = [job for job in HUB_JOBS if job.every is not None]
    await run_at_once(periodic, [hub, other])
    assert await messages_twice(hub) == []
    assert await count_outbox(hub.database, kind="booking.cancelled") == 6
    assert await count_bookings(hub.database, status="CANCELLED") == 6
    assert await count_outbox(hub.database, kind="reservation.reminder") == 9
    assert await count_alerts(hub.database, kind="utilisation") == 1
    past = [row for row in await read_slots(hub.database, "date", "contacts_erased_at") if row["date"] < TODAY]
    assert sorted(row["contacts_erased_at"] is not None for row in past) == [False, True, True]


async def test_a_job_without_a_guard_says_it_twice(
    hub: Hub, world: World, open_hub: Callable[..., Awaitable[Hub]]
) -> None:
    """The control: both look before either writes."""
    both = asyncio.Barrier(2)

    async def unguarded(services: Services) -> None:
        if not await count_outbox(services.database, kind="test.unguarded"):
            await both.wait()
            await add_outbox_row(
                services.database,
                org_id=world.org_id,
                kind="test.unguarded",
                recipient="j@example.org",
                next_attempt_at=services.clock.now(),
            )

    await run_at_once([Job("unguarded", 1, unguarded)], [hub, await open_hub(role="web")])
    assert await messages_twice(hub) == ["test.unguarded"]


def test_every_job_has_a_name_of_its_own() -> None:
    names = [job.name for table in (HUB_JOBS, SERVING_JOBS, PROCESS_JOBS) for job in table]
    assert len(names) == len(set(names))
