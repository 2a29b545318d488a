"""Orders of a shop that come twice, at once, or while the hub is killed: each is carried out once, or not at all."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import Any

import aiohttp
import pytest

from db.database import Database
from hub.actions.audit import changes
from hub.actions.audit.actor import Actor
from hub.actions.orders.order_records import OrderRecord
from hub.actions.orders.pay_order import pay_order
from tests.support.api_client import Api
from tests.support.api_keys import Shop, count_order_requests, new_api_key
from tests.support.audit_log import read_audit_log
from tests.support.blocked_inserts import Standstill
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub
from tests.support.invariants import broken_invariants
from tests.support.mail_outbox import count_outbox
from tests.support.negative_controls import sabotage
from tests.support.orders import count_orders
from tests.support.still_outbox import send_nothing
from tests.support.tickets import count_tickets
from tests.support.world import World

CUSTOMER = {"email": "jo@example.com"}


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    send_nothing(monkeypatch)


async def shops_at(hubs: list[Hub], world: World) -> list[Shop]:
    """Return the same shop as a client of each hub."""
    key = (await new_api_key(world)).key
    return [Shop(Api(hub), key, world.product_id) for hub in hubs]


async def ordered_twice(shops: list[Shop], world: World, still: Standstill) -> tuple[set[int], int]:
    """Send an order with one key to two hubs at once, held in the middle of the first. Return the ids answered, and the tickets."""
    await still.at("audit_log")
    first = asyncio.create_task(shops[0].order(3, idempotency="one", customer=CUSTOMER))
    await still.waits(1)
    second = asyncio.create_task(shops[1].order(3, idempotency="one", customer=CUSTOMER))
    await still.waits(2)
    await still.go()
    answers = [await first, await second]
    return {answer.data["order_id"] for answer in answers}, await count_tickets(world.hub.database)


async def test_an_order_that_comes_twice_at_once_is_one(two_hubs, world, still):
    ids, tickets = await ordered_twice(await shops_at(two_hubs, world), world, still)
    assert (len(ids), tickets) == (1, 3)
    assert await count_outbox(world.hub.database, kind="order.placed") == 1


async def test_without_the_claim_an_order_that_comes_twice_is_two(two_hubs, world, still, monkeypatch):
    sabotage(
        monkeypatch, "orders/orders", "claim_request", ("DO NOTHING", "DO UPDATE SET created_at = excluded.created_at")
    )
    ids, tickets = await ordered_twice(await shops_at(two_hubs, world), world, still)
    assert (len(ids), tickets) == (2, 6)


async def paid_twice(shops: list[Shop], world: World, still: Standstill) -> tuple[int, int]:
    """Pay an order by two requests with keys of their own. Return how often the log and an e-mail say it."""
    reference = (await shops[0].order(3, customer=CUSTOMER)).data["reference"]
    await still.at("audit_log")
    first = asyncio.create_task(shops[0].pay(reference))
    await still.waits(1)
    second = asyncio.create_task(shops[1].pay(reference))
    await still.waits(2)
    await still.go()
    for answer in (await first, await second):
        assert [one["status"] for one in answer.data["tickets"]] == ["ACTIVATED"] * 3
    log = [row["action"] for row in await read_audit_log(world.hub.database)]
    return log.count("order.paid"), await count_outbox(world.hub.database, kind="order.confirmed")


async def test_an_order_that_is_paid_twice_at_once_is_paid_once(two_hubs, world, still):
    assert await paid_twice(await shops_at(two_hubs, world), world, still) == (1, 1)


async def test_without_turns_an_order_is_paid_twice(two_hubs, world, still, monkeypatch):
    turn = "pg_advisory_xact_lock(hashtextextended('order ' || $1::bigint || ' ' || $2::bigint, 0))"
    sabotage(monkeypatch, "tickets/tickets", "take_turn_of_order", (turn, "$1::bigint + $2::bigint"))
    assert await paid_twice(await shops_at(two_hubs, world), world, still) == (2, 2)


async def connections_of_a_crowd(shop: Shop, world: World, still: Standstill, *, least: int) -> tuple[int, set[str]]:
    """Pay an order by 20 equal requests, held in the middle of the first until `least` wait in Postgres. Return how many do, and the ends."""
    services, by = world.hub.services, Actor(world.org_id)
    order_id = (await shop.order(3, customer=CUSTOMER)).data["order_id"]
    await still.at("audit_log")
    payments = [asyncio.create_task(pay_order(services, by, order_id, key="one")) for _ in range(20)]
    await still.waits(least)
    if least == 1:
        # It comes behind all payments, and gets a connection only if these do not wait for one.
        await count_orders(world.hub.database)
    waiting = await still.count()
    if least > 1:
        # The control has seen enough. Without turns they would end only with the minute that a hub of the races waits.
        for payment in payments:
            payment.cancel()
    await still.go()
    ends = await asyncio.gather(*payments, return_exceptions=True)
    return waiting, {one.status if isinstance(one, OrderRecord) else type(one).__name__ for one in ends}


async def test_a_crowd_of_equal_payments_has_one_connection_and_all_are_answered(hub, world, still, monkeypatch):
    monkeypatch.setattr(changes, "TURN_SECONDS", 60.0)
    [shop] = await shops_at([hub], world)
    assert await connections_of_a_crowd(shop, world, still, least=1) == (1, {"PAID"})
    assert await count_outbox(hub.database, kind="order.confirmed") == 1


async def test_without_turns_a_crowd_of_equal_payments_has_several_connections(hub, world, still, monkeypatch):
    monkeypatch.setattr(Database, "turn", lambda *_, **__: nullcontext())
    [shop] = await shops_at([hub], world)
    assert (await connections_of_a_crowd(shop, world, still, least=3))[0] >= 3


async def test_paid_and_cancelled_at_once_it_ends_cancelled_with_all_of_its_tickets(two_hubs, world):
    shops = await shops_at(two_hubs, world)
    for n in range(10):
        reference = (await shops[0].order(3, reference=f"R{n}")).data["reference"]
        paid, cancelled = await asyncio.gather(shops[0].pay(reference), shops[1].cancel(reference))
        assert paid.status in (200, 409)
        assert (cancelled.status, cancelled.data["status"]) == (200, "CANCELLED")
    assert await count_tickets(world.hub.database, status="CANCELLED") == 30
    assert await broken_invariants(world.hub.database) == []


async def send(served: ServedHub, key: str, product_id: int) -> Any:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "one"}
    body = {"items": [{"product_id": product_id, "quantity": 100}], "customer": CUSTOMER}
    address = f"{served.url}/api/orders"
    async with aiohttp.ClientSession() as client, client.post(address, json=body, headers=headers) as answer:
        return await answer.json()


async def test_a_hub_that_is_killed_in_an_order_has_made_none_of_it_and_the_repeat_makes_all(hub, served, still):
    world = await World(hub).found()
    key = (await new_api_key(world)).key
    await still.at("mail_outbox")
    sending = asyncio.create_task(send(served, key, world.product_id))
    await still.waits(1)
    await served.kill()
    with pytest.raises(aiohttp.ClientError):
        await sending
    await still.end_backends()
    await still.go()
    await still.settled()
    database = hub.database
    assert (await count_tickets(database), await count_orders(database), await count_order_requests(database)) == (
        0,
        1,
        0,
    )
    await served.start()
    answers = [await send(served, key, world.product_id) for _ in range(2)]
    assert answers[0] == answers[1]
    assert (await count_tickets(database), await count_orders(database)) == (100, 2)
