"""Door sales at once, twice, and while the hub is killed: never more people than places, each sale once or not at all."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import aiohttp
import pytest

from tests.support.blocked_inserts import Standstill
from tests.support.door_sales import ADDRESS, Seller, seller_of
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub
from tests.support.invariants import broken_invariants
from tests.support.movements import count_inside
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.orders import count_orders
from tests.support.scan_log import count_entries
from tests.support.slots import read_slot
from tests.support.still_outbox import send_nothing
from tests.support.tickets import count_tickets
from tests.support.world import World


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    send_nothing(monkeypatch)


async def sellers_at(hubs: list[Hub], world: World) -> list[Seller]:
    return [await seller_of(hub, world) for hub in hubs]


async def sold_twice(sellers: list[Seller], world: World, still: Standstill) -> tuple[set[int], int]:
    """Send one sale to two hubs at once, held in the middle of the first. Return the orders answered, and the people counted."""
    slot_id = await world.slot()
    sale = sellers[0].sale(slot_id, 2)
    await still.at("audit_log")
    first = asyncio.create_task(sellers[0].hub.post(ADDRESS, sale, token=sellers[0].token))
    await still.waits(1)
    second = asyncio.create_task(sellers[1].hub.post(ADDRESS, sale, token=sellers[0].token))
    await still.waits(2)
    await still.go()
    answers = [await first, await second]
    assert {status for status, _ in answers} <= {201, 409, 503}
    orders = {reply["data"]["order_id"] for status, reply in answers if status == 201}
    return orders, (await read_slot(world.hub.database, id=slot_id))["booked_count"]


async def test_a_sale_that_comes_twice_at_once_is_one(two_hubs, world, still):
    assert [
        len(of) if isinstance(of, set) else of
        for of in await sold_twice(await sellers_at(two_hubs, world), world, still)
    ] == [1, 2]
    assert (await count_entries(world.hub.database), await count_tickets(world.hub.database)) == (2, 2)


async def test_without_the_claim_a_sale_that_comes_twice_takes_places_twice(two_hubs, world, still, monkeypatch):
    claim = ("DO NOTHING", "DO UPDATE SET created_at = excluded.created_at")
    sabotage(monkeypatch, "orders/orders", "claim_request", claim)
    # The log knows the id of the entry too, so the second sale is made without one.
    sellers = await sellers_at(two_hubs, world)
    for seller in sellers:
        seller.sale = lambda slot_id, count, own=seller.sale: own(slot_id, count, admit=False)  # type: ignore[method-assign]
    orders, booked = await sold_twice(sellers, world, still)
    assert (len(orders), booked) == (2, 4)


async def sell_all(sellers: list[Seller], slot_id: int, counts: list[int]) -> Counter[str]:
    """Sell at all of them at once. Return how many people were sold a place, and how often each refusal came."""

    async def one(n: int, count: int) -> tuple[str, int]:
        status, data = await sellers[n % len(sellers)].sell(slot_id, count)
        return ("sold", count) if status == 201 else (data["code"], 1)

    found: Counter[str] = Counter()
    for what, people in await asyncio.gather(*(one(n, count) for n, count in enumerate(counts))):
        found[what] += people
    return found


async def test_sellers_at_the_same_moment_fill_the_slot_and_no_more(two_hubs, world):
    slot_id = await world.slot(capacity=10)
    sellers = await sellers_at(two_hubs * 4, world)
    found = await sell_all(sellers, slot_id, [1] * 16)
    assert found == {"sold": 10, "SLOT_FULL": 6}
    slot = await read_slot(world.hub.database, id=slot_id)
    assert (slot["booked_count"], slot["verified_count"]) == (10, 10)
    # Nothing is left of the refused ones.
    assert (await count_tickets(world.hub.database), await count_orders(world.hub.database)) == (10, 11)


async def test_without_the_count_under_the_lock_more_are_sold_than_there_are_places(open_hub, monkeypatch):
    hubs = [await open_hub(), await open_hub()]
    world = await World(hubs[0]).found()
    slot_id = await world.slot(capacity=10)
    sabotage(
        monkeypatch, "booking/reservations", "take_places",
        (" AND w.place <= h.total_capacity - h.booked_count - h.held_count", ""),
    )  # fmt: skip
    monkeypatch.setattr("hub.actions.booking.booking_facts.refuse_slot", lambda *_: None)
    monkeypatch.setattr("hub.actions.booking.reserve.Bookings.ask_admission", _let_all)
    await without_last_line(world, "reservation_slots_never_overbooked")
    found = await sell_all(await sellers_at(hubs, world), slot_id, [1] * 12)
    assert found["sold"] == 12
    assert await broken_invariants(world.hub.database)


async def _let_all(*_: Any) -> None:
    return None


async def test_sales_at_the_same_moment_fill_a_venue_that_stops_at_its_limit_and_no_more(two_hubs, world):
    slot_id = await world.slot(capacity=60)
    await world.policy(inside_limit=9, when_full="stop")
    found = await sell_all(await sellers_at(two_hubs * 4, world), slot_id, [2] * 8)
    assert found["sold"] == 8
    assert found["VENUE_FULL"] == 4
    assert await count_inside(world.hub.database) == 8


async def send(served: ServedHub, seller: Seller, sale: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {seller.token}"}
    async with (
        aiohttp.ClientSession() as client,
        client.post(served.url + ADDRESS, json=sale, headers=headers) as answer,
    ):
        return await answer.json()


@pytest.mark.parametrize("table", ["orders", "ticket_reservations", "scans"])
async def test_a_hub_that_is_killed_in_a_sale_has_sold_nothing_and_the_repeat_sells_once(
    hub: Hub, served: ServedHub, still: Standstill, table: str
) -> None:
    world = await World(hub).found()
    seller = await seller_of(hub, world)
    slot_id = await world.slot(capacity=3)
    sale = seller.sale(slot_id, 3)
    await still.at(table)
    sending = asyncio.create_task(send(served, seller, sale))
    await still.waits(1)
    await served.kill()
    with pytest.raises(aiohttp.ClientError):
        await sending
    await still.end_backends()
    await still.go()
    await still.settled()
    database = hub.database
    assert (await count_tickets(database), await count_orders(database), await count_entries(database)) == (0, 1, 0)
    assert (await read_slot(database, id=slot_id))["booked_count"] == 0
    await served.start()
    answers = [await send(served, seller, sale) for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0]["data"]["admitted"], await count_entries(database), await count_tickets(database)) == (3, 3, 3)
    # Control: with an id of its own the repeat would be a sale more.
    assert (await send(served, seller, seller.sale(slot_id)))["error"]["code"] == "SLOT_FULL"
