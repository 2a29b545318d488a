"""Ticket records over HTTP: tickets are found by code, order or contact, and their history is in order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from db.statements import load
from tests.support.api_client import Api
from tests.support.orders import change_orders
from tests.support.plans import plan_of, rule_out_seq_scans
from tests.support.world import TODAY, World


async def life(api: Api, ticket_id: int, token: str) -> Any:
    return (await api.get(f"/api/tickets/{ticket_id}/life", token=token)).data


async def test_a_ticket_history_is_listed_from_beginning_to_end(api: Api, world: World) -> None:
    manager, jane = await world.staff("MANAGER", name="Mary Major"), await world.staff()
    first, second = await world.slot(TODAY + timedelta(days=3)), await world.slot(TODAY, "16:00", "18:00")
    now = world.hub.clock.now()
    await change_orders(world.hub.database, paid_at=now - timedelta(hours=2), created_at=now - timedelta(hours=2))
    ticket = await world.ticket(
        created_at=now - timedelta(hours=3), activated_at=now - timedelta(hours=1), customer_name="John Doe"
    )
    booked = await world.reserve(ticket, first)
    world.hub.clock.advance(1)
    moved = await api.ask("PUT", f"/api/reservations/{booked.reservation_id}?token={booked.token}", {"slot_id": second})
    assert moved.status == 200, moved.body
    scan_id = str(uuid4())
    for mode in ("validate", "verify"):
        world.hub.clock.advance(1)
        await api.post("/venue/scan", {"code": ticket.code, "mode": mode, "scan_id": scan_id, "gate": "A"}, token=jane)
    world.hub.clock.advance(1)
    await (await api.hub.socket(manager)).command("undo", scan_id=scan_id, reason="Wrong group")
    world.hub.clock.advance(1)
    data = await life(api, ticket.id, manager)
    results = [(e["kind"], e.get("mode") or e.get("mail"), e.get("reason")) for e in data["events"]]
    assert [one for one in results if one[0] != "mail"] == [
        ("issued", None, None), ("paid", None, None), ("activated", None, None), ("reserved", None, None),
        ("moved", None, None), ("scan", "validate", "VALID"), ("scan", "verify", "VERIFIED"), ("scan", "undo", "UNDONE"),
    ]  # fmt: skip
    assert {one[1] for one in results if one[0] == "mail"} == {"reservation.confirmed", "reservation.moved"}
    times = [event["at"] for event in data["events"]]
    assert times == sorted(times)
    undo = next(event for event in data["events"] if event.get("mode") == "undo")
    assert (undo["note"], undo["undoes"], undo["operator_name"]) == ("Wrong group", scan_id, "Mary Major")
    assert (data["reservation"]["date"], data["reservation"]["start_time"]) == (TODAY.isoformat(), "16:00:00")
    assert data["timezone"] == "Europe/Rome"
    gone = await api.ask("DELETE", f"/api/reservations/{booked.reservation_id}", token=manager)
    assert gone.status == 200, gone.body
    data = await life(api, ticket.id, manager)
    cancelled = next(event for event in data["events"] if event["kind"] == "cancelled")
    assert (cancelled["cause"], data["reservation"], data["ticket"]["status"]) == ("staff", None, "ACTIVATED")


async def test_contact_is_shown_by_role_and_policy(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot(), customer_name="John Doe")
    operator, manager = await world.staff(), await world.staff("MANAGER")
    data = await life(api, ticket.id, operator)
    assert data["ticket"]["customer_email"] == "j***@example.com"
    assert "john@example.com" not in str(data)
    assert "+12025551234" not in str(data)
    assert (await life(api, ticket.id, manager))["ticket"]["customer_phone"] == "+12025551234"
    await world.policy(show_contact="full")
    assert (await life(api, ticket.id, operator))["ticket"]["customer_email"] == "john@example.com"


async def test_a_ticket_is_found_by_code_order_address_and_number(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot())
    other = await world.ticket()
    manager = await world.staff("MANAGER")
    await change_orders(world.hub.database, reference="ORD-77", customer_email="Buyer@Example.com")

    async def found(text: str) -> set[int]:
        answer = await api.get(f"/api/tickets/search?q={quote(text)}", token=manager)
        return {one["ticket_id"] for one in answer.data["tickets"]}

    for text in (ticket.code, ticket.code.lower(), f" {ticket.code} ", "john@example.com", "JOHN@Example.com",
                 "+12025551234", "+1 202 555-1234", "(202) 555-1234"):  # fmt: skip
        assert await found(text) == {ticket.id}, text
    for text in ("ORD-77", "buyer@example.com"):
        assert await found(text) == {ticket.id, other.id}, text
    for text in ("nobody@example.com", "TKT-NOBODY", "%%%", "'; DROP"):
        assert await found(text) == set(), text


async def test_finding_is_for_managers_of_the_same_organisation(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot())
    other_world = await (await World(api.hub).found()).staff("ADMIN")
    assert (await api.get(f"/api/tickets/search?q={ticket.code}", token=await world.staff())).code == "FORBIDDEN"
    assert (await api.get(f"/api/tickets/search?q={ticket.code}", token=other_world)).data["tickets"] == []
    assert (await api.get(f"/api/tickets/{ticket.id}/life", token=other_world)).code == "TICKET_NOT_FOUND"
    assert (await api.get("/api/tickets/search?q=abc")).code == "UNAUTHENTICATED"


@pytest.mark.parametrize("query", ["", "q=", "q=ab", "q=%00abc", f"q={'x' * 201}", "q=%20%20%20%20"])
async def test_a_bad_search_is_a_bad_request(api: Api, world: World, query: str) -> None:
    answer = await api.get(f"/api/tickets/search?{query}", token=await world.staff("MANAGER"))
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")


async def test_no_search_and_no_history_reads_a_whole_table(api: Api, world: World) -> None:
    """Sequential scans are ruled out, so a plan still has one only if there is no index."""
    wanted = load("tickets/life")
    nothing = {"find_tickets": [1, "x", "x", "x", "x", 50, []], "mails_of": [1, [b"x"]], "scans_of": [1, "x", 10],
               "reservations_of": [1, 1], "waits_of": [1, 1], "ticket_by_id": [1, 1], "disputes_of": [1, "x", 10],
               "conflicts_of": [1, [uuid4()]]}  # fmt: skip
    big = (
        "tickets",
        "orders",
        "scans",
        "ticket_reservations",
        "mail_outbox",
        "waitlist_tickets",
        "disputes",
        "scan_conflicts",
    )
    async with world.hub.database.transaction() as connection:
        await rule_out_seq_scans(connection)
        for name, sql in wanted.items():
            nodes = await plan_of(connection, sql, *nothing[name])
            walked = [node for node in nodes if node["Node Type"] == "Seq Scan"]
            assert not [node for node in walked if node["Relation Name"] in big], (name, walked)
