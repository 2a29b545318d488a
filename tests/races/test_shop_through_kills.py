"""A shop in a process of its own sells while its hub is killed again and again: every order is there once, and so are its events.

Its client is the one of docs/clients. The controls of single requests are in test_orders.py: without the claim of its key, a request that
comes twice is carried out twice.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hub.actions.webhooks.delivery_round import LEASE
from tests.support.api_keys import new_api_key
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub
from tests.support.orders import read_orders
from tests.support.tickets import read_tickets
from tests.support.webhooks import Receiver, subscribe, webhook_hub_settings
from tests.support.world import Ticket, World

CLIENTS = Path(__file__).resolve().parents[2] / "docs" / "clients"
AT_ONCE, ORDERS = 3, 8
KILLS = (5, 9)
"""Orders that are made before each kill, counted from the one before."""
SHOP = f"""
import json, os
from concurrent.futures import ThreadPoolExecutor
from venue_hub import Shop

shop = Shop(os.environ["HUB_URL"], os.environ["HUB_API_KEY"], tries=200)
product = next(shop.products())["product_id"]


def sell(seller):
    for number in range({ORDERS}):
        reference = f"S{{seller}}-{{number}}"
        shop.create_order([{{"product_id": product, "quantity": 2}}], reference=reference)
        order = shop.pay_order(reference)
        if number % 3 == 0:
            shop.refund_tickets(reference, [order["tickets"][0]["ticket_code"]], "Returned")
        order = shop.read_order(reference)
        # One write a line: the sellers' lines would mix otherwise.
        os.write(1, (json.dumps({{ticket["ticket_code"]: ticket["status"] for ticket in order["tickets"]}}) + "\\n").encode())


with ThreadPoolExecutor({AT_ONCE}) as sellers:
    list(sellers.map(sell, range({AT_ONCE})))
"""


@pytest.fixture
async def hub(open_hub: Any, hub_promises: Any) -> AsyncIterator[Hub]:
    """The other hub, which is not killed and sends the webhooks."""
    beside: Hub = await open_hub(**webhook_hub_settings())
    yield beside
    await hub_promises(beside)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = await Receiver().start()
    yield receiver
    await receiver.stop()


async def started_shop(url: str, key: str) -> Process:
    environment = {**os.environ, "PYTHONPATH": str(CLIENTS), "HUB_URL": url, "HUB_API_KEY": key}
    return await asyncio.create_subprocess_exec(sys.executable, "-c", SHOP, env=environment, stdout=PIPE, stderr=PIPE)


async def sold_through_kills(served: ServedHub, key: str) -> list[dict[str, str]]:
    """Kill and start the hub while the shop sells. Return each order as the shop knows it: codes with their status."""
    shop = await started_shop(served.url, key)
    assert shop.stdout is not None
    lines = []
    for orders in KILLS:
        lines += [await shop.stdout.readline() for _ in range(orders)]
        await served.kill()
        await served.start()
    rest, wrong = await shop.communicate()
    assert shop.returncode == 0, wrong.decode()
    return [json.loads(line) for line in [*lines, *rest.splitlines()]]


async def test_a_shop_sells_through_kills_and_every_order_and_event_is_there_once(
    hub: Hub, served: ServedHub, receiver: Receiver
) -> None:
    world = await World(hub).found()
    await subscribe(world, receiver.url, ("order.created", "order.paid", "ticket.cancelled"), batch=100)
    sold = await sold_through_kills(served, (await new_api_key(world)).key)
    count, cancelled = AT_ONCE * ORDERS, AT_ONCE * -(-ORDERS // 3)
    assert Counter(tuple(sorted(order.values())) for order in sold) == {
        ("ACTIVATED", "ACTIVATED"): count - cancelled, ("ACTIVATED", "CANCELLED"): cancelled,
    }  # fmt: skip
    stored = {row["code"]: row for row in await read_tickets(hub.database, "id", "code", "status")}
    known = {code: status for order in sold for code, status in order.items()}
    assert {code: row["status"] for code, row in stored.items()} == known
    orders = [row["status"] for row in await read_orders(hub.database, "reference", "status") if row["reference"]]
    assert orders == ["PAID"] * count

    hub.clock.advance(LEASE.total_seconds() + 1)  # a killed hub may have been sending
    await receiver.wait(lambda so_far: len({event["id"] for event in so_far.events}) >= 2 * count + cancelled)
    events = {event["id"]: (event["type"], event["object"]) for event in receiver.events}
    assert Counter(kind for kind, _ in events.values()) == {
        "order.created": count, "order.paid": count, "ticket.cancelled": cancelled,
    }  # fmt: skip
    assert set(Counter(events.values()).values()) == {1}

    slot_id, gate = await world.slot(), await hub.socket(await world.staff(), gate="A")
    order = next(order for order in sold if "CANCELLED" in order.values())
    [good] = (code for code, status in order.items() if status == "ACTIVATED")
    [ended] = (code for code, status in order.items() if status == "CANCELLED")
    await world.reserve(Ticket(stored[good]["id"], good), slot_id)
    assert [(await gate.verify(code))["reason"] for code in (good, ended)] == ["VERIFIED", "TICKET_CANCELLED"]
