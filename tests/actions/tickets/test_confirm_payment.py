"""Payment: once for all tickets of an order, however often it is confirmed."""

from __future__ import annotations

import asyncio

import pytest

from hub.actions.tickets.confirm_payment import confirm_payment
from hub.actions.tickets.issue import TicketBatch, issue_tickets
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.orders import change_order, change_products
from tests.support.tickets import read_tickets
from tests.support.world import World


@pytest.mark.parametrize(("mode", "status"), [("immediate", "ACTIVATED"), ("deferred", "INACTIVE")])
async def test_payment_makes_tickets_usable_at_once_or_when_activated(hub: Hub, world: World, mode: str, status: str):
    await change_products(hub.database, activation_mode=mode)
    sold = await issue_tickets(hub.services, TicketBatch(3, "PENDING_PAYMENT"))
    paid = await confirm_payment(hub.services, org_id=world.org_id, order_id=sold["order_id"])
    assert (paid["status"], {ticket["status"] for ticket in paid["tickets"]}) == ("PAID", {status})
    assert len(paid["tickets"]) == 3
    again = await confirm_payment(hub.services, org_id=world.org_id, order_id=sold["order_id"])
    assert (again["status"], again["tickets"]) == ("PAID", [])
    rows = await read_tickets(hub.database, "status", "activated_at")
    assert {row["status"] for row in rows} == {status}
    assert all((row["activated_at"] is not None) is (mode == "immediate") for row in rows)


async def test_payments_of_one_order_at_once_release_its_tickets_once(hub: Hub, world: World):
    sold = await issue_tickets(hub.services, TicketBatch(4, "PENDING_PAYMENT"))
    answers = await asyncio.gather(
        *(confirm_payment(hub.services, org_id=world.org_id, order_id=sold["order_id"]) for _ in range(5))
    )
    assert sorted(len(answer["tickets"]) for answer in answers) == [0, 0, 0, 0, 4]


async def test_an_unknown_a_foreign_and_a_cancelled_order_are_not_paid(hub: Hub, world: World):
    other = await World(hub).found()
    for order_id in (999_999, other.order_id):
        with pytest.raises(Refused) as caught:
            await confirm_payment(hub.services, org_id=world.org_id, order_id=order_id)
        assert caught.value.reason is Reason.NOT_FOUND
    await change_order(hub.database, world.order_id, status="CANCELLED")
    with pytest.raises(Refused) as caught:
        await confirm_payment(hub.services, org_id=world.org_id, order_id=world.order_id)
    assert caught.value.reason is Reason.FORBIDDEN
