"""Numbers in a rush of scans: so many a second and in order, the rest afterwards, and nobody else waits. The control has no pace."""

from __future__ import annotations

from typing import Any

import pytest

from hub.actions.webhooks import number_events
from hub.actions.webhooks.number_events import EventNumbers
from hub.actions.webhooks.webhook_health import measure_webhooks
from hub.actions.webhooks.write_events import write_events
from hub.jobs.webhooks import WebhookJob
from hub.observability import webhook_metrics
from hub.rules import event_pace
from tests.support.hub import Hub
from tests.support.webhooks import count_inbox, numbers_and_objects, some_events, write_down
from tests.support.world import World

RUSH, PACE = 4, 5
"""A rush and its pace that a test can bring about: of the entries below, all come within the seconds that are counted."""
ENTRIES = 20
ASKED_FOR = ("entry.recorded", "order.paid")


class Ticks:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
async def hub(open_hub: Any, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub whose own job gives no numbers."""

    async def nothing(job: WebhookJob) -> None:
        del job

    monkeypatch.setattr(WebhookJob, "look", nothing)
    monkeypatch.setattr(event_pace, "RUSH", RUSH)
    monkeypatch.setattr(event_pace, "PACE", PACE)
    served: Hub = await open_hub()
    return served


@pytest.fixture
async def numbers(hub: Hub, world: World, ticks: Ticks) -> EventNumbers:
    """Numbers that know the organisation, whose first look counts nothing."""
    await write_down(world, events=ASKED_FOR)
    await write(world, 1)
    made = EventNumbers(hub.services.database.jobs, ticks)
    assert await made.give() == 1
    return made


async def write(world: World, count: int) -> None:
    async with world.hub.database.transaction() as connection:
        await write_events(connection, world.org_id, some_events(count))


async def enter(hub: Hub, world: World) -> list[str]:
    """Let all come in, and return the objects of their events in that order."""
    gate = await hub.socket(await world.staff(), gate="A")
    tickets = await world.fill(await world.slot(), ENTRIES)
    for ticket in tickets:
        assert (await gate.verify(ticket.code))["reason"] == "VERIFIED"
    return [f"ticket:{ticket.id}" for ticket in tickets]


async def test_a_rush_gets_its_numbers_at_the_pace_in_order_and_the_rest_when_it_is_over(
    hub: Hub, world: World, numbers: EventNumbers, ticks: Ticks
):
    came = await enter(hub, world)
    ticks.now += 1.0
    given = [await numbers.give()]
    ticks.now += 0.25
    given.append(await numbers.give())
    ticks.now += 0.75
    given.append(await numbers.give())
    assert numbers.in_a_rush(world.org_id)
    assert given == [PACE, 0, PACE]
    ticks.now += event_pace.RUSH_SECONDS
    assert not numbers.in_a_rush(world.org_id)
    assert await numbers.give() == ENTRIES - 2 * PACE
    assert await count_inbox(hub.database) == 0
    assert await numbers_and_objects(world) == list(enumerate(["order:0", *came], start=1)), "each once, without gaps"


async def test_what_a_rush_holds_back_is_measured(hub: Hub, world: World, numbers: EventNumbers, ticks: Ticks):
    await enter(hub, world)
    await write(world, 3)
    ticks.now += 1.0
    assert await numbers.give() == PACE
    await measure_webhooks(hub.services)
    assert webhook_metrics.events_held._value.get() == ENTRIES + 3 - PACE
    ticks.now += event_pace.RUSH_SECONDS
    await numbers.give()
    await measure_webhooks(hub.services)
    assert webhook_metrics.events_held._value.get() == 0


async def test_without_a_pace_all_get_their_numbers_at_once(
    hub: Hub, world: World, numbers: EventNumbers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
):
    """Control."""
    monkeypatch.setattr(event_pace, "RUSH", 1_000)
    await enter(hub, world)
    ticks.now += 1.0
    assert await numbers.give() == ENTRIES


async def test_many_events_of_other_changes_are_no_rush(world: World, numbers: EventNumbers, ticks: Ticks):
    await write(world, 200)
    ticks.now += 0.25
    assert await numbers.give() == 200


async def test_the_rush_of_one_organisation_delays_no_other(
    hub: Hub, world: World, numbers: EventNumbers, ticks: Ticks
):
    other = await World(hub).found()
    await write_down(other, events=ASKED_FOR)
    await enter(hub, world)
    await write(other, 50)
    ticks.now += 1.0
    assert await numbers.give() == PACE + 50
    assert len(await numbers_and_objects(other)) == 50


async def test_what_a_process_finds_when_it_starts_is_no_rush(hub: Hub, world: World, ticks: Ticks):
    await write_down(world, events=ASKED_FOR)
    await enter(hub, world)
    assert await EventNumbers(hub.services.database.jobs, ticks).give() == ENTRIES


async def test_a_transaction_ends_after_so_many_events_and_the_look_goes_on(
    hub: Hub, world: World, numbers: EventNumbers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(number_events, "EVENTS_AT_ONCE", 7)
    monkeypatch.setattr(number_events, "ROWS_AT_ONCE", 3)
    await write(world, 50)
    assert await numbers.give() == 50
    assert [number for number, _ in await numbers_and_objects(world)] == list(range(1, 52))


async def test_a_look_that_lasts_leaves_the_rest_to_the_next_one(
    hub: Hub, world: World, numbers: EventNumbers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(number_events, "ROWS_AT_ONCE", 10)
    monkeypatch.setattr(number_events, "LOOK_SECONDS", -1.0)
    await write(world, 50)
    assert await numbers.give() == 0
    monkeypatch.setattr(number_events, "LOOK_SECONDS", 1.0)
    assert await numbers.give() == 50
