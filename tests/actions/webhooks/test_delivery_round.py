"""A round that dies between the receiver's answer and its storage, and one whose lease another process has taken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import web

from db.statements import load
from hub.actions.webhooks import delivery_round
from hub.actions.webhooks.delivery_round import LEASE, Sender, deliver_round
from hub.actions.webhooks.secrets import seal_of
from hub.actions.webhooks.write_events import write_events
from hub.confirmation.webhook_carrier import WebhookCarrier
from hub.jobs.webhooks import WebhookJob
from hub.rules.webhook_delivery import latest_attempt, latest_rest
from tests.support.webhooks import (
    Receiver,
    hub_and_world,
    numbered_events,
    read_retries,
    read_webhook_row,
    some_events,
    subscribe,
)
from tests.support.world import World

DELIVERIES = load("webhooks/deliveries")


class Died(Exception):
    """The process is gone."""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    server = await Receiver().start()
    yield server
    await server.stop()


@pytest.fixture
async def world(open_hub: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """A hub whose own job delivers nothing, so that the rounds of a test are the only ones."""

    async def nothing(job: WebhookJob) -> None:
        del job

    monkeypatch.setattr(WebhookJob, "look", nothing)
    return (await hub_and_world(open_hub))[1]


@pytest.fixture
async def sender(world: World) -> AsyncIterator[Sender]:
    services = world.hub.services
    carrier = WebhookCarrier(services.settings.webhook_networks)
    yield Sender(services, carrier, seal_of(services.settings))
    await carrier.rest()


async def claim(world: World) -> UUID | None:
    """Take the lease of what is due, as a process does. None if another has it."""
    lease_id, now = uuid4(), world.hub.clock.now()
    rows = await world.hub.services.database.jobs.fetch(
        DELIVERIES.claim_webhooks,
        now,
        now + LEASE,
        lease_id,
        10,
        now + 2 * LEASE,
        latest_rest(now),
        latest_attempt(now),
    )
    return lease_id if rows else None


async def publish(world: World, count: int) -> None:
    async with world.hub.database.transaction() as connection:
        await write_events(connection, world.org_id, some_events(count))
    await numbered_events(world)


async def test_what_was_not_stored_is_delivered_again_when_the_lease_has_ended(
    world: World, sender: Sender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    webhook_id = (await subscribe(world, receiver.url)).webhook.webhook_id
    await publish(world, 30)
    lease_id = await claim(world)
    assert lease_id is not None

    async def die(*_: Any) -> None:
        raise Died

    with monkeypatch.context() as dying:
        dying.setattr(delivery_round, "_store", die)
        with pytest.raises(Died):
            await deliver_round(sender, world.org_id, webhook_id, lease_id)
    taken = [event["id"] for event in receiver.events]
    assert len(taken) == 30
    assert await claim(world) is None, "as long as its lease is good nobody else delivers"
    world.hub.clock.set(world.hub.clock.now() + LEASE + timedelta(seconds=1))
    successor = await claim(world)
    assert successor is not None
    assert await deliver_round(sender, world.org_id, webhook_id, successor)
    again = [event["id"] for event in receiver.events][30:]
    assert sorted(again) == sorted(taken), "at least once: the same events with the same ids"
    assert not await deliver_round(sender, world.org_id, webhook_id, successor), "and then nothing is due"
    row = await read_webhook_row(world.hub.database, webhook_id)
    assert (row["position"], row["lease_id"]) == (30, None)


async def test_what_waits_behind_an_event_that_failed_gives_nobody_a_lease_before_that_is_due(
    world: World, sender: Sender, receiver: Receiver
):
    webhook_id = (await subscribe(world, receiver.url)).webhook.webhook_id
    receiver.answer = lambda request, body: 500
    await publish(world, 1)
    lease_id = await claim(world)
    assert lease_id is not None
    await deliver_round(sender, world.org_id, webhook_id, lease_id)
    await publish(world, 1)  # of the same object
    assert await deliver_round(sender, world.org_id, webhook_id, lease_id)
    assert not await deliver_round(sender, world.org_id, webhook_id, lease_id)
    failed, waiting = await read_retries(world.hub.database, webhook_id)
    assert waiting["next_attempt_at"] <= world.hub.clock.now() < failed["next_attempt_at"]
    assert await claim(world) is None, "a lease would be taken and given back, again and again"
    receiver.answer = lambda request, body: 204
    world.hub.clock.set(failed["next_attempt_at"])
    successor = await claim(world)
    assert successor is not None
    while await deliver_round(sender, world.org_id, webhook_id, successor):
        pass
    assert await read_retries(world.hub.database, webhook_id) == []
    first, again, second = [event["id"] for event in receiver.events]
    assert first == again != second


async def test_a_round_that_has_lost_its_lease_stores_nothing(world: World, sender: Sender, receiver: Receiver):
    webhook_id = (await subscribe(world, receiver.url)).webhook.webhook_id
    await publish(world, 1)
    late = await claim(world)
    assert late is not None
    successors: list[UUID | None] = []

    async def after_the_lease() -> web.Response:
        world.hub.clock.set(world.hub.clock.now() + LEASE + timedelta(seconds=1))
        successors.append(await claim(world))
        return web.Response(status=500)

    receiver.answer = lambda request, body: after_the_lease()
    await deliver_round(sender, world.org_id, webhook_id, late)
    assert successors[0] is not None
    row = await read_webhook_row(world.hub.database, webhook_id)
    assert (row["position"], row["failures"], row["lease_id"]) == (0, 0, successors[0])
    assert await read_retries(world.hub.database, webhook_id) == []
