"""US-016: the four scenarios of activation and scanning, end to end."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hub.actions.audit.actor import Actor
from hub.actions.orders.pay_order import pay_order
from hub.actions.tickets.issue import TicketBatch, issue_tickets
from tests.journeys.conftest import Customer, ticket_row
from tests.support.hub import Hub
from tests.support.orders import change_products
from tests.support.scan_log import count_entries
from tests.support.world import World

NOVEMBER_19 = datetime(2026, 11, 19, 11, 0, tzinfo=UTC)
NOVEMBER_20 = date(2026, 11, 20)


async def test_pre_made_ticket_with_reservation_flow(hub: Hub, world: World, customer: Customer, jane: str):
    # Given I purchase a ticket in pre-made mode
    await change_products(hub.database, activation_mode="deferred")
    sold = await issue_tickets(hub.services, TicketBatch(1, "PENDING_PAYMENT"), org_id=world.org_id)
    paid = await pay_order(hub.services, Actor(world.org_id), sold["order_id"])
    (issued,) = sold["tickets"]
    assert [(one.ticket_id, one.status) for one in paid.tickets] == [(issued["ticket_id"], "INACTIVE")]
    code = {"X_Ticket_Code": issued["ticket_code"]}
    path = f"/api/tickets/{issued['ticket_id']}"
    assert (await customer.enters(issued["ticket_code"]))[1]["error"]["code"] == "TICKET_NOT_ACTIVATED"
    # When I activate the ticket
    status, body = await hub.post(f"{path}/activate", {}, **code)
    assert (status, body["data"]["status"]) == (200, "ACTIVATED")
    assert body["data"]["activated_at"] is not None
    # And I create a reservation for 2025-11-20
    slot_id = await world.slot(day=NOVEMBER_20)
    status, body = await hub.get(f"{path}/availability?from=2026-11-20&to=2026-11-20", **code)
    assert (body["data"]["can_reserve"], [slot["id"] for slot in body["data"]["slots"]]) == (True, [slot_id])
    ticket = type("Named", (), {"id": issued["ticket_id"]})()
    assert (await customer.confirms(ticket, slot_id))[0] == 200
    status, body = await hub.get(f"{path}/status", **code)
    assert (body["data"]["status"], body["data"]["reservation"]["date"]) == ("RESERVED", "2026-11-20")
    # And operator scans on 2025-11-20
    status, body = await hub.post(
        "/venue/scan", {"code": issued["ticket_code"], "mode": "verify", "gate": "A"}, token=jane
    )
    # Then ticket is validated and entry allowed
    decision = body["data"]
    assert (status, decision["result"], decision["reason"]) == (200, "GREEN", "VERIFIED")
    assert decision["ticket"]["status"] == "VERIFIED"
    # Activation is irreversible, and repeating it is refused.
    status, body = await hub.post(f"{path}/activate", {}, **code)
    assert (status, body["error"]["code"]) == (409, "TICKET_ALREADY_ACTIVATED")


async def test_wrong_date_scanning(hub: Hub, world: World, clock):
    # Given I have a ticket reserved for 2025-11-20
    clock.set(NOVEMBER_19)
    jane = await world.staff(name="Jane Smith")
    ticket = await world.reserved(await world.slot(day=NOVEMBER_20))
    # When operator scans on 2025-11-19
    status, body = await hub.post("/venue/scan", {"code": ticket.code, "mode": "verify"}, token=jane)
    # Then scan shows RED with message "Reserved for 2025-11-20"
    decision = body["data"]
    assert (status, decision["result"], decision["message"]) == (200, "RED", "WRONG DATE")
    assert decision["detail"] == "Reserved for 2026-11-20 (1 day from now)"
    # And entry is denied
    assert decision["can_verify"] is False
    assert (await ticket_row(world, ticket))["verified_at"] is None
    assert await count_entries(hub.database) == 0


async def test_no_reservation_with_permissive_policy(hub: Hub, world: World, jane: str):
    # Given I have an activated ticket with no reservation
    ticket = await world.ticket()
    # And venue policy allows unreserved tickets
    await world.policy(unreserved_entry="allow")
    manager = await hub.socket(await world.staff("MANAGER"))
    assert (await manager.command("subscribe", topic="counts"))["data"]["verified"] == 0
    # When operator scans
    status, body = await hub.post("/venue/scan", {"code": ticket.code}, token=jane)
    # Then scan shows YELLOW with "No reservation - allowed"
    decision = body["data"]
    assert (status, decision["result"], decision["reason"]) == (200, "YELLOW", "NO_RESERVATION")
    assert decision["detail"] == "No reservation - allowed"
    # And entry is allowed
    assert decision["can_verify"] is True
    status, body = await hub.post("/venue/scan", {"code": ticket.code, "mode": "verify"}, token=jane)
    assert body["data"]["ticket"]["status"] == "VERIFIED"
    assert body["data"]["verified"]["operator_name"] == "Jane Smith"
    # A visitor without a slot counts in the venue's total.
    event = await manager.event()
    assert (event["data"]["verified"], event["data"]["slots"]) == (1, [])


async def test_inactive_ticket_rejection(hub: Hub, world: World, jane: str):
    # Given I have an inactive ticket
    ticket = await world.ticket("INACTIVE", activation_mode="deferred")
    # When operator scans
    status, body = await hub.post("/venue/scan", {"code": ticket.code, "mode": "verify"}, token=jane)
    # Then scan shows RED with "Ticket not activated"
    decision = body["data"]
    assert (status, decision["result"], decision["message"]) == (200, "RED", "TICKET NOT ACTIVATED")
    assert decision["detail"] == "Customer must activate the ticket first"
    # And entry is denied
    assert decision["can_verify"] is False
    assert (await ticket_row(world, ticket))["status"] == "INACTIVE"
