"""Deliveries: to a real server, in order, signed, at least once, and nobody waits for anybody else's receiver."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.webhooks import delivery_round
from hub.actions.webhooks.deliveries import replay_webhook
from hub.actions.webhooks.number_events import EventNumbers
from hub.actions.webhooks.subscriptions import change_webhook, rotate_secret
from hub.actions.webhooks.write_events import write_events
from hub.jobs import webhooks
from hub.rules.webhook_delivery import DOWN_AFTER, GIVE_UP_AFTER
from hub.rules.webhook_events import Event
from tests.support.hub import Hub
from tests.support.webhooks import (
    Receiver,
    change_webhook_row,
    hub_and_world,
    numbered_events,
    read_deliveries,
    read_retries,
    read_webhook_row,
    some_events,
    subscribe,
    wait_until,
)
from tests.support.world import NOON, World


@pytest.fixture
async def receiver():
    server = await Receiver().start()
    yield server
    await server.stop()


@pytest.fixture
async def other():
    server = await Receiver().start()
    yield server
    await server.stop()


@pytest.fixture
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that looks often, also while nobody has a subscription, as at the start of each test."""
    monkeypatch.setattr(webhooks, "PERIOD_SECONDS", 0.03)
    monkeypatch.setattr(webhooks, "IDLE_SECONDS", 0.0)


@pytest.fixture
async def world(open_hub, restless: None) -> World:
    return (await hub_and_world(open_hub))[1]


@pytest.fixture
def hub(world: World) -> Hub:
    return world.hub


async def publish(world: World, *events: Event) -> None:
    async with world.hub.database.transaction() as connection:
        await write_events(connection, world.org_id, events)


def numbers_of(receiver: Receiver, about: str) -> list[int]:
    return [event["data"]["n"] for event in receiver.events if event["object"] == about]


async def test_events_arrive_signed_in_order_and_once(world: World, receiver: Receiver):
    made = await subscribe(world, receiver.url)
    await publish(world, *some_events(60))
    events = await receiver.wait_for(60)
    assert len({event["id"] for event in events}) == 60
    assert sorted(event["sequence"] for event in events) == list(range(1, 61))
    for n in range(10):
        assert numbers_of(receiver, f"order:{n}") == list(range(n, 60, 10))
    for headers, body in receiver.received:
        event = json.loads(body)
        assert (headers["Hub-Event-Id"], headers["Hub-Sequence"]) == (event["id"], str(event["sequence"]))
        moment, mark = (part.split("=")[1] for part in headers["Hub-Signature"].split(","))
        expected = hmac.new(made.secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        assert mark == expected
        assert int(moment) >= int(NOON.timestamp())
    await wait_until(lambda: _is_done(world, made.webhook.webhook_id, 60))
    assert {
        (row["status"], row["error"]) for row in await read_deliveries(world.hub.database, made.webhook.webhook_id)
    } == {(204, None)}


async def _is_done(world: World, webhook_id: int, position: int) -> bool:
    row = await read_webhook_row(world.hub.database, webhook_id)
    return bool(row["position"] == position and row["lease_id"] is None)


async def test_a_batch_is_one_request_in_order(world: World, receiver: Receiver):
    await subscribe(world, receiver.url, batch=100)
    await publish(world, *some_events(250, objects=1))
    events = await receiver.wait_for(250)
    assert [event["data"]["n"] for event in events] == list(range(250))
    assert len(receiver.received) == 3
    assert [headers["Hub-Sequence"] for headers, _ in receiver.received] == ["1-100", "101-200", "201-250"]


async def test_a_subscription_gets_only_what_it_asks_for(world: World, receiver: Receiver, other: Receiver):
    there = await world.venue()
    await subscribe(world, receiver.url, ("order.paid",))
    await subscribe(world, other.url, ("order.cancelled",), venue_id=there)
    at = {"at": NOON, "data": {"n": 0}, "object": "order:1"}
    await publish(
        world, Event("order.paid", **at), Event("order.cancelled", **at), Event("order.cancelled", **at, venue_id=world.venue_id),
        Event("order.cancelled", **at, venue_id=there), Event("order.paid", **at),
    )  # fmt: skip
    assert [event["type"] for event in await receiver.wait_for(2)] == ["order.paid"] * 2
    [event] = await other.wait_for(1)
    assert (event["type"], event["venue_id"]) == ("order.cancelled", there)


async def test_what_failed_is_tried_again_before_later_events_of_its_object_and_holds_up_no_other(
    world: World, receiver: Receiver
):
    refused: list[str] = []

    def answer(request: web.Request, body: bytes) -> int:
        event = json.loads(body)
        if event["object"] == "order:0" and len(refused) < 2:
            refused.append(event["id"])
            return 500
        return 200

    receiver.answer = answer
    made = await subscribe(world, receiver.url)
    await publish(world, *some_events(40))
    await receiver.wait_for(37)  # all but three of order:0, which wait
    assert numbers_of(receiver, "order:0") == [0]
    [first, *_] = await wait_for_retries(world, made.webhook.webhook_id, 4)
    assert (first["attempts"], first["last_error"], first["dead_at"]) == (1, "status 500", None)
    assert timedelta(seconds=4) <= first["next_attempt_at"] - first["first_failed_at"] <= timedelta(seconds=6)
    for tries in (1, 2):
        await wait_until(lambda tries=tries: _is_stored(world, made.webhook.webhook_id, tries))
        world.hub.clock.advance(60)
    await receiver.wait(lambda them: numbers_of(them, "order:0") == [0, 0, 0, 10, 20, 30])
    assert refused[0] == refused[1]


async def _is_stored(world: World, webhook_id: int, tries: int) -> bool:
    """Return whether the oldest event has failed so many times. Its next try is due some time after the last was stored."""
    rows = await read_retries(world.hub.database, webhook_id)
    return bool(rows[0]["attempts"] == tries)


async def wait_for_retries(world: World, webhook_id: int, count: int) -> list[object]:
    async def stored() -> bool:
        return len(await read_retries(world.hub.database, webhook_id)) == count

    await wait_until(stored)
    return await read_retries(world.hub.database, webhook_id)


async def test_a_receiver_that_is_down_is_asked_with_single_requests_and_gets_everything_when_it_is_back(
    world: World, receiver: Receiver
):
    receiver.answer = lambda request, body: 503
    made = await subscribe(world, receiver.url)
    await publish(world, *some_events(500))

    async def is_down() -> bool:
        row = await read_webhook_row(world.hub.database, made.webhook.webhook_id)
        return row["failures"] >= DOWN_AFTER and row["lease_id"] is None

    await wait_until(is_down)
    asked = len(receiver.received)
    assert asked <= DOWN_AFTER + 8, "no more than were under way when the fifth failed"
    world.hub.clock.set(NOON + timedelta(minutes=20))
    await receiver.wait(lambda them: len(them.received) > asked)
    await wait_until(is_down)
    assert len(receiver.received) == asked + 1
    receiver.answer = lambda request, body: 200
    receiver.received.clear()
    world.hub.clock.set(NOON + timedelta(minutes=40))
    await receiver.wait(lambda them: len({event["id"] for event in them.events}) == 500)
    for n in range(10):
        assert numbers_of(receiver, f"order:{n}") == list(range(n, 500, 10)), "in order, whatever failed in between"
    row = await read_webhook_row(world.hub.database, made.webhook.webhook_id)
    assert row["failing_since"] is None or row["failures"] == 0


@pytest.mark.parametrize("count", [1, 500])
async def test_what_failed_while_the_clock_was_ahead_is_delivered_when_it_is_right_again(
    world: World, receiver: Receiver, count: int
):
    """Of one event the retry waits, of many the receiver rests."""
    receiver.answer = lambda request, body: 503
    made = await subscribe(world, receiver.url)
    world.hub.clock.set(NOON + timedelta(hours=2))
    await publish(world, *some_events(count))

    async def waits() -> bool:
        row = await read_webhook_row(world.hub.database, made.webhook.webhook_id)
        return row["lease_id"] is None and row["failures"] >= (1 if count == 1 else DOWN_AFTER)

    await wait_until(waits)
    receiver.answer = lambda request, body: 200
    receiver.received.clear()
    world.hub.clock.set(NOON)
    await receiver.wait(lambda them: len({event["id"] for event in them.events}) == count)


async def test_after_three_days_an_event_is_given_up_and_a_replay_sends_it(world: World, receiver: Receiver):
    receiver.answer = lambda request, body: 400 if b'"order:0"' in body else 200
    made = await subscribe(world, receiver.url)
    await publish(world, *some_events(20))
    await wait_for_retries(world, made.webhook.webhook_id, 2)
    world.hub.clock.set(NOON + GIVE_UP_AFTER + timedelta(minutes=1))  # its first try failed some seconds after noon

    async def given_up() -> bool:
        rows = await read_retries(world.hub.database, made.webhook.webhook_id)
        return rows[0]["dead_at"] is not None and rows[1]["attempts"] == 1

    await wait_until(given_up)  # and the next one of its object had its first try then
    receiver.answer = lambda request, body: 200
    receiver.received.clear()
    replay = await replay_webhook(world.hub.services, Actor(world.org_id), made.webhook.webhook_id, 1)
    assert (replay.events, replay.last_sequence) == (20, 20)
    await receiver.wait(lambda them: len({event["id"] for event in them.events}) == 20)
    assert numbers_of(receiver, "order:0") == [0, 10]
    assert await read_retries(world.hub.database, made.webhook.webhook_id) == []


async def test_a_slow_receiver_delays_nobody_else(world: World, receiver: Receiver, other: Receiver):
    release = asyncio.Event()

    async def stall() -> web.Response:
        await release.wait()
        return web.Response()

    other.answer = lambda request, body: stall()
    try:
        await subscribe(world, other.url)
        await subscribe(world, receiver.url)
        for _ in range(3):
            await publish(world, *some_events(100))
        await receiver.wait_for(300)
        assert len(other.received) <= 8, "each receiver has so many requests at once, and no more"
    finally:
        release.set()


@pytest.mark.parametrize("rush", [True, pytest.param(False, id="control: no rush")])
async def test_in_a_rush_a_subscription_rests_after_each_round(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, rush: bool
):
    rested: list[int] = []

    def rest_after(events: int) -> float:
        rested.append(events)
        return 0.05

    monkeypatch.setattr(webhooks, "rest_after", rest_after)
    monkeypatch.setattr(EventNumbers, "in_a_rush", lambda self, org_id: rush and org_id == world.org_id)
    monkeypatch.setattr(delivery_round, "WINDOW", 16)
    made = (await subscribe(world, receiver.url, paused=True)).webhook
    await publish(world, *some_events(40))
    await numbered_events(world)
    await change_webhook(world.hub.services, Actor(world.org_id), made.webhook_id, {"paused": False})
    await receiver.wait_for(40)
    await wait_until(lambda: _is_done(world, made.webhook_id, 40))
    assert rested == ([16, 16, 8] if rush else [])
    for n in range(10):
        assert numbers_of(receiver, f"order:{n}") == list(range(n, 40, 10))


async def test_a_redirect_into_our_own_network_is_not_followed(world: World, receiver: Receiver, other: Receiver):
    async def redirect() -> web.Response:
        return web.Response(status=307, headers={"Location": other.url})

    receiver.answer = lambda request, body: redirect()
    made = await subscribe(world, receiver.url)
    await publish(world, *some_events(1))
    [row] = await wait_for_retries(world, made.webhook.webhook_id, 1)
    assert row["last_error"] == "status 307"
    assert other.received == []


async def test_a_private_address_is_not_called_whatever_was_stored(open_hub, receiver: Receiver):
    """Here the job looks as rarely as it does at a venue."""
    hub, world = await hub_and_world(open_hub, webhook_networks=())
    made = await subscribe(world, "https://shop.example/hook")
    await change_webhook_row(hub.database, made.webhook.webhook_id, url=receiver.url)
    await publish(world, *some_events(1))
    [row] = await wait_for_retries(world, made.webhook.webhook_id, 1)
    assert row["last_error"] == "address forbidden"
    assert receiver.received == []


async def test_for_a_day_after_a_rotation_both_secrets_sign(world: World, receiver: Receiver):
    made = await subscribe(world, receiver.url)
    rotated = await rotate_secret(world.hub.services, Actor(world.org_id), made.webhook.webhook_id)
    marks = []
    for n in range(2):
        await publish(world, *some_events(1))
        await receiver.wait_for(n + 1)
        headers, body = receiver.received[-1]
        moment, *signed = (part.split("=")[1] for part in headers["Hub-Signature"].split(","))
        signs = {
            secret: hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest() in signed
            for secret in (made.secret, rotated.secret)
        }
        marks.append((len(signed), signs[made.secret], signs[rotated.secret]))
        world.hub.clock.set(NOON + timedelta(hours=25))
    assert marks == [(2, True, True), (1, False, True)]


async def test_a_pause_loses_nothing(world: World, receiver: Receiver):
    made = await subscribe(world, receiver.url, paused=True)
    await publish(world, *some_events(3))
    by = Actor(world.org_id)
    await change_webhook(world.hub.services, by, made.webhook.webhook_id, {"paused": False})
    assert {event["data"]["n"] for event in await receiver.wait_for(3)} == {0, 1, 2}
