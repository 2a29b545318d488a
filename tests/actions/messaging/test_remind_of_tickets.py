"""Reminders of tickets without a reservation: once, to the right people, and to nobody whom they would mislead."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.messaging import remind_of_tickets as reminding
from hub.actions.messaging.remind_of_tickets import remind_of_tickets
from hub.actions.orders.create_order import create_order
from hub.actions.orders.order_request import Customer, NewOrder, OrderItem
from hub.actions.orders.pay_order import pay_order
from hub.actions.privacy.persons import erase_person
from tests.support.hub import Hub
from tests.support.meeting import MEETS, two_meet
from tests.support.negative_controls import sabotage
from tests.support.orders import add_sold_order, change_order
from tests.support.tickets import change_ticket
from tests.support.waitlist import cancel, join, mails, on_demand
from tests.support.world import NOON, TODAY, World

DUE = NOON + timedelta(days=7)
# Both hubs know how far the venue has come before either of them stores it.
BOTH_HAVE_READ = ("     WHERE o.org_id = $1 AND o.status", f"     WHERE {MEETS} AND o.org_id = $1 AND o.status")
TURN = (" FOR NO KEY UPDATE SKIP LOCKED", "")


async def reminded(hub: Hub) -> list[str]:
    """Return the recipients of all reminders so far, in the order of the alphabet."""
    return sorted(mail["recipient"] for mail in await mails(hub, "order.reminder"))


@pytest.fixture(autouse=True)
def quiet_hubs(monkeypatch: pytest.MonkeyPatch) -> None:
    on_demand(monkeypatch)


@pytest.fixture
async def begun(hub: Hub, world: World, clock: Any) -> World:
    """A venue that has reminded before, and has slots to book."""
    await world.slot(TODAY + timedelta(days=30))
    await remind_of_tickets(hub.services)
    return world


async def test_a_buyer_is_reminded_once_the_days_of_the_venue_after_the_payment(
    hub: Hub, begun: World, clock: Any
) -> None:
    order_id, ids = await add_sold_order(begun, "ACTIVATED", "INACTIVE", "ACTIVATED", email="ada@example.com")
    written = []
    for days in (1, 6.9, 7.01, 7.02, 30):
        clock.set(NOON + timedelta(days=days))
        written.append(await remind_of_tickets(hub.services))
    assert written == [0, 0, 1, 0, 0]
    (mail,) = await mails(hub, "order.reminder")
    assert (mail["recipient"], mail["language"], mail["not_after"]) == ("ada@example.com", "en", None)
    assert mail["payload"] == {"order_id": order_id, "ticket_ids": sorted(ids)}


async def test_only_who_can_still_choose_a_time_is_reminded(hub: Hub, begun: World, clock: Any) -> None:
    world, database = begun, hub.database
    slot_id = await world.slot(TODAY + timedelta(days=20))
    sold = {}
    for name in ("booked", "gave-back", "cancelled", "run-out", "waiting", "unpaid", "half-booked"):
        sold[name] = await add_sold_order(world, *["ACTIVATED"] * 2, email=f"{name}@example.com")
    tickets = {name: await world.ticket_of(ids[0]) for name, (_, ids) in sold.items()}
    for name in ("booked", "gave-back", "half-booked"):
        tickets[name] = await world.reserve(tickets[name], slot_id)
    await change_ticket(database, sold["booked"][1][1], status="CANCELLED")
    await change_ticket(database, sold["gave-back"][1][1], status="CANCELLED")
    await cancel(hub, tickets["gave-back"], await world.staff("MANAGER"))
    for ticket_id in sold["cancelled"][1]:
        await change_ticket(database, ticket_id, status="CANCELLED")
    for ticket_id in sold["run-out"][1]:
        await change_ticket(database, ticket_id, valid_until=NOON + timedelta(days=3))
    full = await world.slot(TODAY + timedelta(days=21), capacity=2, booked=2)
    await join(hub, world, full, *[await world.ticket_of(ticket_id) for ticket_id in sold["waiting"][1]])
    await change_order(database, sold["unpaid"][0], status="PENDING_PAYMENT", paid_at=None)
    clock.set(DUE)
    assert await remind_of_tickets(hub.services) == 1
    (mail,) = await mails(hub, "order.reminder")
    assert (mail["recipient"], mail["payload"]["ticket_ids"]) == (
        "half-booked@example.com",
        [sold["half-booked"][1][1]],
    )


async def test_nobody_is_reminded_where_it_would_not_help(hub: Hub, begun: World, clock: Any) -> None:
    await add_sold_order(begun, "ACTIVATED", email="ada@example.com")
    clock.set(DUE)
    for columns in ({"unbooked_reminder_days": None}, {"unreserved_entry": "allow"}):
        await begun.policy(**columns)
        assert await remind_of_tickets(hub.services) == 0
        await begun.policy(unbooked_reminder_days=7, unreserved_entry="deny")
    clock.set(NOON + timedelta(days=31))
    assert await remind_of_tickets(hub.services) == 0, "every slot has begun"
    await begun.slot(TODAY + timedelta(days=60))
    assert await remind_of_tickets(hub.services) == 0, "due for longer than a week"


async def test_a_shop_that_writes_itself_has_its_customers_to_itself(hub: Hub, begun: World, clock: Any) -> None:
    items, shop = (OrderItem(begun.product_id, 1),), Actor(begun.org_id)
    await create_order(hub.services, shop, NewOrder(items, Customer("Jo", "jo@example.com"), paid=True, mail=False))
    later = await create_order(hub.services, shop, NewOrder(items, Customer("Al", "al@example.com")))
    await pay_order(hub.services, shop, later.order_id, mail=False)
    await create_order(hub.services, shop, NewOrder(items, Customer("Bo", "bo@example.com"), paid=True))
    clock.set(DUE + timedelta(minutes=1))
    await remind_of_tickets(hub.services)
    assert await reminded(hub) == ["bo@example.com"]


async def test_a_venue_begins_with_what_is_due_from_now_on_and_reminds_nobody_again(
    hub: Hub, world: World, clock: Any
) -> None:
    await world.slot(TODAY + timedelta(days=60))
    await add_sold_order(world, "ACTIVATED", email="long-ago@example.com", paid_at=NOON - timedelta(days=8))
    assert await remind_of_tickets(hub.services) == 0
    await add_sold_order(world, "ACTIVATED", email="new@example.com")
    clock.set(DUE)
    assert await remind_of_tickets(hub.services) == 1
    await world.policy(unbooked_reminder_days=14)
    clock.set(NOON + timedelta(days=15))
    assert await remind_of_tickets(hub.services) == 0
    assert await reminded(hub) == ["new@example.com"]


async def test_an_erased_buyer_is_not_reminded(hub: Hub, begun: World, clock: Any) -> None:
    await add_sold_order(begun, "ACTIVATED", email="gone@example.com")
    await add_sold_order(begun, "ACTIVATED", email="here@example.com")
    await erase_person(hub.services, Actor(begun.org_id), "gone@example.com")
    clock.set(DUE)
    await remind_of_tickets(hub.services)
    assert await reminded(hub) == ["here@example.com"]


async def test_people_who_share_an_import_have_a_mail_each_whatever_the_size_of_a_batch(
    hub: Hub, begun: World, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminding, "PEOPLE_AT_ONCE", 3)
    monkeypatch.setattr(reminding, "ORDERS_AT_ONCE", 2)
    _, ids = await add_sold_order(begun, *["ACTIVATED"] * 20, email=None)
    for n, ticket_id in enumerate(ids):
        address = f"{'P' if n < 10 else 'p'}{n % 10}@example.com"
        await change_ticket(hub.database, ticket_id, customer_email=address, imported_email=address)
    for n in range(5):
        await add_sold_order(begun, "ACTIVATED", email=f"shop{n}@example.com")
    clock.set(DUE)
    assert await remind_of_tickets(hub.services) == 15
    everybody = [mail["recipient"].lower() for mail in await mails(hub, "order.reminder")]
    assert sorted(everybody) == sorted(
        [f"p{n}@example.com" for n in range(10)] + [f"shop{n}@example.com" for n in range(5)]
    )
    assert {len(mail["payload"]["ticket_ids"]) for mail in await mails(hub, "order.reminder")} == {1, 2}


async def test_each_venue_reminds_of_its_own_tickets(hub: Hub, begun: World, clock: Any) -> None:
    other = await begun.venue()
    await begun.slot(TODAY + timedelta(days=30), venue_id=other)
    await remind_of_tickets(hub.services)
    await add_sold_order(begun, "ACTIVATED", email="everywhere@example.com")
    await add_sold_order(begun, "ACTIVATED", email="there@example.com", venue_id=other)
    clock.set(DUE)
    await begun.policy(unbooked_reminder_days=None)
    assert await remind_of_tickets(hub.services) == 1
    assert await reminded(hub) == ["there@example.com"]
    await begun.policy(unbooked_reminder_days=7)
    assert await remind_of_tickets(hub.services) == 1
    assert await reminded(hub) == ["everywhere@example.com", "there@example.com"]


async def two_hubs_at_once(hubs: list[Hub], world: World, clock: Any, *, patience: float) -> int:
    """Let two hubs remind the buyers of 40 orders at the same moment. Return the number of mails."""
    await world.slot(TODAY + timedelta(days=30))
    await remind_of_tickets(hubs[0].services)
    await two_meet(world.hub.database, patience=patience)
    for n in range(40):
        await add_sold_order(world, "ACTIVATED", email=f"buyer{n}@example.com")
    clock.set(DUE)
    await asyncio.gather(*(remind_of_tickets(hub.services) for hub in hubs))
    return len(await mails(world.hub, "order.reminder"))


async def test_two_hubs_at_once_remind_everybody_once(
    open_hub: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hubs = [await open_hub(), await open_hub()]
    sabotage(monkeypatch, "messaging/ticket_reminders", "queue_reminders", BOTH_HAVE_READ)
    assert await two_hubs_at_once(hubs, await World(hubs[0]).found(), clock, patience=0.5) == 40


async def test_without_the_turn_everybody_is_reminded_twice(
    open_hub: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hubs = [await open_hub(), await open_hub()]
    sabotage(monkeypatch, "messaging/ticket_reminders", "take_turn", TURN)
    sabotage(monkeypatch, "messaging/ticket_reminders", "queue_reminders", BOTH_HAVE_READ)
    assert await two_hubs_at_once(hubs, await World(hubs[0]).found(), clock, patience=2) == 80
