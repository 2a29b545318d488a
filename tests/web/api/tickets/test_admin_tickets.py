"""Tickets over HTTP for their organiser: listed, issued, shown and cancelled."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from hub.actions.tickets import ticket_list
from tests.support.api_client import Api
from tests.support.audit_log import read_audit_log
from tests.support.mail_outbox import read_outbox
from tests.support.products import add_product
from tests.support.reservations import read_reservations
from tests.support.rows import change_rows
from tests.support.slots import read_slot
from tests.support.still_outbox import send_nothing
from tests.support.tickets import change_ticket, read_ticket
from tests.support.websocket_client import answer_of
from tests.support.world import NOON, World

TICKETS = "/api/admin/tickets"


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every message in the outbox, with its content."""
    send_nothing(monkeypatch)


@pytest.fixture
async def admin(world: World) -> str:
    return await world.staff("ADMIN", name="Ada Rossi")


async def codes(api: Api, token: str, query: str = "") -> list[str]:
    return [one["ticket_code"] for one in (await api.get(f"{TICKETS}?{query}", token=token)).data["tickets"]]


async def test_the_list_is_filtered_by_code_order_product_status_and_channel(
    api: Api, world: World, admin: str
) -> None:
    product = await add_product(world, "Student", name_zh="学生票")
    first, sold, used = [await world.ticket(created_at=NOON - timedelta(hours=n)) for n in (3, 2, 1)]
    await change_ticket(world.hub.database, sold.id, product_id=product, channel="ota")
    await change_ticket(world.hub.database, used.id, status="EXPIRED")
    await change_rows(world.hub.database, "orders", {"id": world.order_id}, reference="WEB-17")
    reserved = await world.reserve(first, await world.slot())
    assert await codes(api, admin) == [used.code, sold.code, first.code]
    assert await codes(api, admin, f"code={first.code.lower()}") == [first.code]
    assert await codes(api, admin, f"code={first.code}&status=EXPIRED") == []
    for order in ("WEB-17", str(world.order_id)):
        assert await codes(api, admin, f"order={order}&channel=ota") == [sold.code]
    assert await codes(api, admin, "order=WEB-18") == []
    assert await codes(api, admin, f"product_id={product}") == [sold.code]
    assert await codes(api, admin, "status=RESERVED") == [first.code]
    shown = (await api.get(f"{TICKETS}/{first.id}", token=admin)).data
    assert (shown["reserved_date"], shown["product"], shown["order_reference"]) == ("2026-11-20", "Admission", "WEB-17")
    assert reserved.code == first.code


async def test_pages_follow_one_another_also_where_few_match(
    api: Api, world: World, admin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tickets of one issue have one time, and a filtered page looks at a few tickets only."""
    monkeypatch.setattr(ticket_list, "LOOK_AT", 4)
    tickets = await world.tickets(11)
    rare = {tickets[2].code, tickets[9].code}
    for ticket in tickets:
        if ticket.code in rare:
            await change_ticket(world.hub.database, ticket.id, status="EXPIRED")
    for query, wanted in (("limit=3", {one.code for one in tickets}), ("limit=3&status=EXPIRED", rare)):
        found: list[str] = []
        before, pages = "", 0
        while True:
            page = (await api.get(f"{TICKETS}?{query}{before}", token=admin)).data
            found += [one["ticket_code"] for one in page["tickets"]]
            pages += 1
            if page["next"] is None:
                break
            before = f"&before={page['next'].replace('+', '%2B')}"
        assert (len(found), set(found)) == (len(wanted), wanted)
        assert pages > 2
    for cursor in ("x", "1_2026-11-20T10:00:00_5", "1_2026-11-20T10:00:00Z_x", "1_9999-12-31T23:59:59-23:59_1"):
        assert (await api.get(f"{TICKETS}?before={cursor}", token=admin)).status in (200, 400)


async def test_tickets_are_issued_with_the_validity_of_their_product(api: Api, world: World, admin: str) -> None:
    days = await add_product(world, "Month", valid_days=30)
    until = await add_product(world, "Season", valid_until=(NOON + timedelta(days=41)).date())
    body = {"count": 2, "product_id": days, "channel": "mini_program", "email": "Jo@EXAMPLE.com"}
    issued = await api.post(TICKETS, body, token=admin)
    assert (issued.status, issued.data["count"], len(issued.data["tickets"])) == (201, 2, 2)
    record = (await api.get(f"{TICKETS}/{issued.data['tickets'][0]['ticket_id']}", token=admin)).data
    assert (record["channel"], record["status"], record["product"]) == ("mini_program", "ACTIVATED", "Month")
    assert record["valid_until"].startswith("2026-12-20T11:00")
    season = (await api.post(TICKETS, {"count": 1, "product_id": until}, token=admin)).data["tickets"][0]
    stored = await read_ticket(world.hub.database, "valid_until", id=season["ticket_id"])
    # Midnight after the last day, in Rome.
    assert stored["valid_until"].isoformat() == "2026-12-31T23:00:00+00:00"
    log = (await read_audit_log(world.hub.database))[0]
    assert (log["action"], log["after"]) == (
        "order.tickets_issued",
        {"count": 2, "product_id": days, "status": "ACTIVATED", "channel": "mini_program"},
    )
    tried = await api.post(f"{TICKETS}?dry_run=1", {"count": 5}, token=admin)
    assert (tried.status, tried.data["tickets"], len(await codes(api, admin))) == (200, [], 3)


async def test_what_cannot_be_issued_is_refused(api: Api, world: World, admin: str) -> None:
    past = await add_product(world, "Last year", valid_until=(NOON - timedelta(days=1)).date())
    for body, field in (({"count": 0}, "count"), ({"count": 10_001}, "count"), ({"count": 1, "status": "VERIFIED"}, "status"),
                        ({"count": 1, "product_id": 4711}, "product_id"), ({"count": 1, "product_id": past}, "product_id")):  # fmt: skip
        answer = await api.post(TICKETS, body, token=admin)
        assert (answer.status, [one["field"] for one in answer.error["errors"]]) == (400, [field])
    assert (await api.post(TICKETS, {"count": 1, "email": "nobody"}, token=admin)).code == "INVALID_CONTACT"


async def test_a_cancelled_ticket_gives_its_place_back_and_everybody_learns_of_it(
    api: Api, world: World, admin: str
) -> None:
    slot = await world.slot()
    ticket = await world.reserved(slot)
    jane = await api.hub.socket(await world.staff(), gate="A")
    await answer_of(jane, "subscribe", topic="tickets")
    tried = await api.post(f"{TICKETS}/{ticket.id}/cancel?dry_run=1", {"reason": "Refunded"}, token=admin)
    assert (tried.data["status"], tried.data["reserved_date"]) == ("CANCELLED", None)
    assert (await read_slot(world.hub.database, id=slot))["booked_count"] == 1
    for _ in range(2):
        done = await api.post(f"{TICKETS}/{ticket.id}/cancel", {"reason": " Refunded "}, token=admin)
        assert (done.status, done.data["status"]) == (200, "CANCELLED")
    assert (await read_slot(world.hub.database, id=slot))["booked_count"] == 0
    assert (await jane.event())["data"]["change"] == "cancelled"
    assert (await jane.verify(ticket.code))["reason"] == "TICKET_CANCELLED"
    [reservation] = await read_reservations(world.hub.database, ticket_id=ticket.id)
    assert (reservation["status"], reservation["cancel_cause"]) == ("CANCELLED", "staff")
    mails = await read_outbox(world.hub.database, "recipient", "payload", kind="reservation.cancelled")
    assert [(mail["recipient"], json.loads(mail["payload"])["cause"]) for mail in mails] == [
        ("john@example.com", "ticket")
    ]
    log = await read_audit_log(world.hub.database)
    assert [(row["action"], row["after"]) for row in log] == [
        (
            "ticket.cancelled",
            {"status": "CANCELLED", "reason": "Refunded", "order_id": world.order_id, "order": "CANCELLED"},
        )
    ]
    life = (await api.get(f"/api/tickets/{ticket.id}/life", token=admin)).data["events"]
    events = [(one["note"], one["operator_name"]) for one in life if one["kind"] == "ticket_cancelled"]
    assert events == [("Refunded", "Ada Rossi")]


async def test_an_entry_stays_on_record_and_a_buyer_is_written_to(api: Api, world: World, admin: str) -> None:
    slot = await world.slot()
    used, unbooked = await world.reserved(slot), await world.ticket(customer_email="jo@example.com", customer_name="Jo")
    jane = await api.hub.socket(await world.staff(), gate="A")
    await jane.verify(used.code)
    for ticket in (used, unbooked):
        assert (await api.post(f"{TICKETS}/{ticket.id}/cancel", {"reason": "x"}, token=admin)).status == 200
    counts = await read_slot(world.hub.database, id=slot)
    assert (counts["booked_count"], counts["verified_count"]) == (1, 1)
    mails = await read_outbox(world.hub.database, "recipient", "payload", kind="ticket.cancelled", order_by="id")
    assert [(mail["recipient"], json.loads(mail["payload"])) for mail in mails] == [
        ("john@example.com", {"codes": [used.code], "name": None}),
        ("jo@example.com", {"codes": [unbooked.code], "name": "Jo"}),
    ]


async def test_a_ticket_is_cancelled_by_its_organisation_and_for_a_reason(api: Api, world: World, admin: str) -> None:
    ticket = await world.ticket()
    address = f"{TICKETS}/{ticket.id}"
    stranger, manager = await (await World(api.hub).found()).staff("ADMIN"), await world.staff("MANAGER")
    blank = await api.post(f"{address}/cancel", {"reason": " "}, token=admin)
    assert (blank.status, blank.error["errors"][0]["field"]) == (400, "reason")
    for method, path, body in (("GET", address, None), ("POST", f"{address}/cancel", {"reason": "x"})):
        assert (await api.ask(method, path, body, token=stranger)).code == "TICKET_NOT_FOUND"
        assert (await api.ask(method, path, body, token=manager)).status == 403
    assert await codes(api, stranger) == []


async def test_no_ticket_is_issued_into_an_order_that_was_cancelled(api: Api, world: World, admin: str) -> None:
    await change_rows(world.hub.database, "orders", {"id": world.order_id}, status="CANCELLED", cancelled_at=NOON)
    refused = await api.post(TICKETS, {"count": 1, "order_id": world.order_id}, token=admin)
    assert (refused.status, refused.code) == (409, "ORDER_CANCELLED")
