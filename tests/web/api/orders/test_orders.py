"""Orders over HTTP, as a shop makes, pays, cancels and refunds them with its API key."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest

from tests.support.api_client import Api
from tests.support.api_keys import ORDERS, Shop, count_order_requests, new_api_key
from tests.support.audit_log import read_audit_log
from tests.support.mail_outbox import read_outbox
from tests.support.orders import add_sold_order, change_order, change_products, count_orders
from tests.support.plans import seem_a_million, times_read
from tests.support.products import add_product
from tests.support.slots import read_slot
from tests.support.still_outbox import send_nothing
from tests.support.tickets import count_tickets
from tests.support.websocket_client import answer_of
from tests.support.world import Ticket, World

PNG = b"\x89PNG"


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every message in the outbox, with its content."""
    send_nothing(monkeypatch)


@pytest.fixture
async def shop(api: Api, world: World) -> Shop:
    return Shop(api, (await new_api_key(world)).key, world.product_id)


async def test_an_order_is_made_paid_and_scanned(api: Api, world: World, shop: Shop) -> None:
    made = await shop.order(2, reference="WEB-1001", customer={"name": "Jo Rossi", "email": "Jo@EXAMPLE.com"})
    order = made.data
    assert (made.status, order["reference"], order["status"]) == (201, "WEB-1001", "PENDING_PAYMENT")
    assert [one["status"] for one in order["tickets"]] == ["PENDING_PAYMENT"] * 2
    assert order["customer"] == {"name": "Jo Rossi", "email": "Jo@example.com", "language": None}
    first = order["tickets"][0]
    jane = await api.hub.socket(await world.staff(), gate="A")
    assert (await jane.verify(first["ticket_code"]))["reason"] == "TICKET_NOT_ACTIVATED"
    await answer_of(jane, "subscribe", topic="tickets")
    paid = (await shop.pay("WEB-1001")).data
    assert (paid["status"], [one["status"] for one in paid["tickets"]]) == ("PAID", ["ACTIVATED"] * 2)
    assert (await jane.event())["data"]["change"] == "activated"
    await world.reserve(Ticket(first["ticket_id"], first["ticket_code"]), await world.slot())
    assert (await shop.read("WEB-1001")).data["tickets"][0]["reserved_date"] == "2026-11-20"
    assert (await jane.verify(first["ticket_code"]))["result"] == "GREEN"
    log = [
        (row["action"], row["staff_id"], row["staff_name"], row["source"])
        for row in await read_audit_log(api.hub.database)
    ]
    assert log[1:] == [("order.created", None, "Web shop", "api"), ("order.paid", None, "Web shop", "api")]


async def test_the_picture_of_an_ordered_ticket_is_shown_to_who_knows_its_code(api: Api, shop: Shop) -> None:
    ticket = (await shop.order(paid=True)).data["tickets"][0]
    parts = urlsplit(ticket["qr_url"])
    picture = await api.get(f"{parts.path}?{parts.query}")
    assert (picture.status, picture.body[:4]) == (200, PNG)
    drawn = await api.get(parts.path.replace(".png", ".svg"), headers={"X-Ticket-Code": ticket["ticket_code"]})
    assert (drawn.status, b"<svg" in drawn.body) == (200, True)
    assert (await api.get(f"{parts.path}?code=TKT-2026-ABC234-DEF001")).code == "TICKET_NOT_FOUND"
    assert (await api.get(parts.path)).status == 401


async def test_the_page_of_a_ticket_names_its_organisation(api: Api, world: World, shop: Shop) -> None:
    ticket = (await shop.order(paid=True)).data["tickets"][0]
    assert ticket["booking_url"].endswith(f"/reserve?ticket={ticket['ticket_code']}&orq={world.org_id}")


@pytest.mark.parametrize(("mode", "status"), [("immediate", "ACTIVATED"), ("deferred", "INACTIVE")])
async def test_a_ticket_is_issued_as_its_product_says(
    api: Api, world: World, shop: Shop, mode: str, status: str
) -> None:
    await change_products(api.hub.database, activation_mode=mode)
    assert (await shop.order(paid=True)).data["tickets"][0]["status"] == status
    reference = (await shop.order()).data["reference"]
    assert reference.startswith("VH-")
    assert (await shop.pay(reference)).data["tickets"][0]["status"] == status


async def test_a_repeat_changes_nothing_and_another_body_is_refused(api: Api, world: World, shop: Shop) -> None:
    first = await shop.order(2, idempotency="a", reference="R1")
    again = await shop.order(2, idempotency="a", reference="R1")
    assert (again.status, again.data) == (201, first.data)
    assert (await shop.order(3, idempotency="a", reference="R1")).code == "IDEMPOTENCY_KEY_REUSED"
    assert (await shop.order(2, idempotency="b", reference="R1")).code == "ORDER_EXISTS"
    for _ in range(2):
        assert (await shop.pay("R1", idempotency="c")).data["status"] == "PAID"
    for _ in range(2):
        assert (await shop.cancel("R1", idempotency="d")).data["status"] == "CANCELLED"
    assert (await shop.pay("R1", idempotency="c")).data["status"] == "CANCELLED"  # what it is now
    assert (await shop.pay("R1")).code == "ORDER_CANCELLED"
    assert (await shop.cancel("R1", "Another reason", idempotency="d")).code == "IDEMPOTENCY_KEY_REUSED"
    assert await count_tickets(api.hub.database) == 2
    actions = [row["action"] for row in await read_audit_log(api.hub.database)]
    assert actions == ["api_key.added", "order.created", "order.paid", "order.cancelled"]
    assert await count_order_requests(api.hub.database) == 3


async def test_a_cancelled_order_gives_its_places_back_and_every_scanner_turns_red(
    api: Api, world: World, shop: Shop
) -> None:
    order = (await shop.order(3, reference="R1", paid=True, customer={"email": "jo@example.com"})).data
    slot = await world.slot(capacity=2)
    tickets = [Ticket(one["ticket_id"], one["ticket_code"]) for one in order["tickets"]]
    used, booked = [await world.reserve(ticket, slot) for ticket in tickets[:2]]
    jane = await api.hub.socket(await world.staff(), gate="A")
    await jane.verify(used.code)
    await answer_of(jane, "subscribe", topic="tickets")
    assert (await shop.cancel("R1")).data["status"] == "CANCELLED"
    assert (await jane.event())["data"]["change"] == "cancelled"
    counts = await read_slot(api.hub.database, id=slot)
    assert (counts["booked_count"], counts["verified_count"]) == (1, 1)  # the entry stays
    for ticket in tickets:
        assert (await jane.verify(ticket.code))["reason"] == "TICKET_CANCELLED"
    mails = await read_outbox(api.hub.database, "kind", "recipient", order_by="id")
    kinds = [(mail["kind"], mail["recipient"]) for mail in mails]
    assert ("order.cancelled", "jo@example.com") in kinds
    assert ("ticket.cancelled", "jo@example.com") not in kinds  # the order's e-mail says it
    assert ("reservation.cancelled", "john@example.com") in kinds
    assert booked.code != used.code


async def test_a_part_is_refunded_and_the_last_part_ends_the_order(api: Api, world: World, shop: Shop) -> None:
    order = (await shop.order(3, reference="R1", paid=True, customer={"email": "jo@example.com"})).data
    codes = [one["ticket_code"] for one in order["tickets"]]
    for _ in range(2):
        part = (await shop.refund("R1", codes[:1], idempotency="a")).data
        assert (part["status"], [one["status"] for one in part["tickets"]].count("CANCELLED")) == ("PAID", 1)
    [mail] = await read_outbox(api.hub.database, "payload", kind="ticket.cancelled")
    assert json.loads(mail["payload"])["codes"] == codes[:1]
    foreign = (await shop.order(1, paid=True)).data["tickets"][0]["ticket_code"]
    wrong = await shop.refund("R1", [codes[1], foreign])
    assert (wrong.status, wrong.error["errors"][0]["field"]) == (400, "ticket_codes")
    assert (await shop.refund("R1", codes[1:])).data["status"] == "CANCELLED"
    log = [(row["action"], row["after"].get("tickets")) for row in await read_audit_log(api.hub.database)]
    assert ("order.refunded", 1) in log
    assert log[-1] == ("order.cancelled", 2)


async def test_an_order_ends_with_its_last_ticket_whoever_cancels_that(api: Api, world: World, shop: Shop) -> None:
    order = (await shop.order(2, reference="R1", paid=True)).data
    admin = await world.staff("ADMIN")
    for ticket, status in zip(order["tickets"], ("PAID", "CANCELLED"), strict=True):
        path = f"/api/admin/tickets/{ticket['ticket_id']}/cancel"
        for _ in range(2):
            assert (await api.post(path, {"reason": "Refunded"}, token=admin)).status == 200
        assert (await shop.read("R1")).data["status"] == status
    log = [(row["action"], row["after"].get("order")) for row in await read_audit_log(api.hub.database)]
    assert log[-2:] == [("ticket.cancelled", None), ("ticket.cancelled", "CANCELLED")]


async def test_what_is_wrong_with_an_order_is_named_and_nothing_is_made(api: Api, world: World, shop: Shop) -> None:
    archived = await add_product(world, "Old", archived_at=world.hub.services.clock.now())
    other = await (World(api.hub)).found()
    for body, code in (
        ({"items": []}, "INVALID_REQUEST"),
        ({"items": [{"product_id": other.product_id}]}, "INVALID_REQUEST"),
        ({"items": [{"product_id": archived}]}, "PRODUCT_ARCHIVED"),
        ({"items": [{"product_id": shop.product_id, "quantity": 5001}]}, "INVALID_REQUEST"),
        ({"items": [{"product_id": shop.product_id, "quantity": 3000}] * 2}, "INVALID_REQUEST"),
        ({"items": [{"product_id": shop.product_id}], "customer": {"email": "nobody"}}, "INVALID_CONTACT"),
        ({"items": [{"product_id": shop.product_id}], "reference": "a/b"}, "INVALID_REQUEST"),
        ({"items": [{"product_id": shop.product_id}], "price": 12}, "INVALID_REQUEST"),
    ):
        assert (await shop.post(ORDERS, body)).code == code, body
    missing = await api.post(ORDERS, {"items": [{"product_id": shop.product_id}]}, token=shop.key)
    assert (missing.status, missing.error["errors"][0]["field"]) == (400, "Idempotency-Key")
    assert (await shop.read("WEB-404")).code == "ORDER_NOT_FOUND"
    assert (await shop.read("%00%ff")).code == "ORDER_NOT_FOUND"
    assert await count_tickets(api.hub.database) == 0
    assert await count_orders(api.hub.database) == 2  # those of the two worlds
    assert await count_order_requests(api.hub.database) == 0


async def test_an_order_of_another_organisation_is_none(api: Api, world: World, shop: Shop) -> None:
    await shop.order(reference="R1")
    other = await World(api.hub).found()
    stranger = Shop(api, (await new_api_key(other)).key, other.product_id)
    for answer in (await stranger.read("R1"), await stranger.pay("R1"), await stranger.cancel("R1")):
        assert answer.code == "ORDER_NOT_FOUND"
    assert (await stranger.order(reference="R1")).status == 201


async def test_a_key_of_one_venue_sells_and_cancels_there_alone(api: Api, world: World, shop: Shop) -> None:
    elsewhere = await world.venue()
    there = await add_product(world, "There", venue_id=elsewhere)
    order = await shop.post(ORDERS, {"items": [{"product_id": there}], "reference": "R1", "paid": True})
    here = Shop(api, (await new_api_key(world, venue_ids=(world.venue_id,))).key, there)
    assert (await here.order()).code == "FORBIDDEN"
    assert (await here.read("R1")).code == "FORBIDDEN"
    assert (await here.cancel("R1")).code == "FORBIDDEN"
    assert (await here.refund("R1", [order.data["tickets"][0]["ticket_code"]])).code == "FORBIDDEN"
    assert (await shop.read("R1")).data["tickets"][0]["status"] == "ACTIVATED"


async def test_administrators_find_pay_and_cancel_orders(api: Api, world: World, shop: Shop) -> None:
    admin, manager = await world.staff("ADMIN"), await world.staff("MANAGER")
    order = (await shop.order(2, reference="R1", customer={"name": "José Núñez", "email": "jo@example.com"})).data
    path = f"/api/admin/orders/{order['order_id']}"
    code = order["tickets"][0]["ticket_code"]
    for text in ("R1", code.lower(), "JO@example.com", "nunez", str(order["order_id"])):
        found = (await api.get(f"/api/admin/orders?q={text}", token=admin)).data["orders"]
        assert [(one["reference"], one["tickets"], one["shop"]) for one in found] == [("R1", 2, "Web shop")], text
    assert (await api.get("/api/admin/orders?q=nobody", token=admin)).data == {"orders": [], "next": None}
    page = (await api.get("/api/admin/orders?limit=1", token=admin)).data
    rest = (await api.get(f"/api/admin/orders?before={page['next']}", token=admin)).data
    assert [one["order_id"] for one in (*page["orders"], *rest["orders"])] == [order["order_id"], world.order_id]
    tried = await api.post(f"{path}/pay?dry_run=1", token=admin)
    assert (tried.data["status"], (await api.get(path, token=admin)).data["status"]) == ("PAID", "PENDING_PAYMENT")
    assert (await api.post(f"{path}/pay", token=admin)).data["status"] == "PAID"
    assert len((await api.get("/api/admin/orders?status=PENDING_PAYMENT", token=admin)).data["orders"]) == 0
    part = await api.post(
        f"{path}/refund", {"reason": "x", "ticket_ids": [order["tickets"][0]["ticket_id"]]}, token=admin
    )
    assert [one["status"] for one in part.data["tickets"]].count("CANCELLED") == 1
    done = (await api.post(f"{path}/cancel", {"reason": "Refunded"}, token=admin)).data
    assert (done["status"], done["cancel_reason"], done["cancelled_name"]) == ("CANCELLED", "Refunded", "Jane Smith")
    assert (await api.post(f"{path}/cancel", {"reason": " "}, token=admin)).status == 400
    assert (await api.post(f"{path}/cancel", {"reason": "x"}, token=manager)).code == "FORBIDDEN"
    assert (await api.get("/api/admin/orders/999999", token=admin)).code == "ORDER_NOT_FOUND"
    assert (await api.get(f"{ORDERS}/R1", token=admin)).data["status"] == "CANCELLED"
    assert (await api.get(f"{ORDERS}/R1", token=manager)).code == "FORBIDDEN"


async def test_staff_send_the_tickets_of_an_order_again_but_not_without_bound(
    api: Api, world: World, shop: Shop
) -> None:
    admin, database = await world.staff("ADMIN"), api.hub.database
    order = (await shop.order(2, reference="R1", customer={"email": "jo@example.com"})).data
    path = f"/api/admin/orders/{order['order_id']}"
    assert (await api.post(f"{path}/resend", token=admin)).data["status"] == "PENDING_PAYMENT"
    await shop.pay("R1")
    assert (await api.post(f"{path}/resend", token=admin)).data["customer_email"] == "jo@example.com"
    assert (await api.post(f"{path}/resend", token=admin)).code == "RATE_LIMITED"
    mails = [(row["kind"], row["recipient"]) for row in await read_outbox(database, order_by="id")]
    again = ("order.confirmed", "jo@example.com")
    assert mails == [("order.placed", "jo@example.com"), again, again, again]
    assert [row["action"] for row in await read_audit_log(database)].count("order.resent") == 2
    nowhere = (await shop.order(1, reference="R2")).data["order_id"]
    await shop.cancel("R1")
    for refused in (path, f"/api/admin/orders/{nowhere}"):
        assert (await api.post(f"{refused}/resend", token=admin)).code == "NOT_RESENDABLE"
    assert (await api.post(f"{path}/resend", token=await world.staff("MANAGER"))).code == "FORBIDDEN"


@pytest.mark.new_database
@pytest.mark.own_hub
@pytest.mark.parametrize(
    ("text", "index"),
    [("ada@example.com", "orders_by_email"), ("lovelace", "orders_by_name"), ("小明", "orders_by_parted_name")],
    ids=["address", "name", "given name without a space before it"],
)
async def test_an_order_is_found_by_the_index_of_what_was_asked(api: Api, world: World, text: str, index: str) -> None:
    """Reports plan without bitmaps, and row-level security hides the index of addresses. Either would read every order."""
    order_id, _ = await add_sold_order(world, "ACTIVATED", email="Ada@example.com")
    await change_order(world.hub.database, order_id, customer_name="Ada Lovelace 王小明")
    await seem_a_million(world.hub.settings.database_url, "orders")
    records = world.hub.database.records
    before = await times_read(records, index)
    found = (await api.get(f"/api/admin/orders?q={text}", token=await world.staff("ADMIN"))).data["orders"]
    assert [one["order_id"] for one in found] == [order_id]
    assert await times_read(records, index) > before
