"""Door sales over HTTP: tickets for people without one are made, booked and used in one request, or nothing is."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.support.api_client import Api
from tests.support.audit_log import read_audit_log
from tests.support.door_sales import ADDRESS, Seller, seller_of
from tests.support.emptied_hub import empty_redis
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox
from tests.support.orders import change_products, count_orders
from tests.support.products import add_product
from tests.support.reservations import read_reservations
from tests.support.scan_log import count_entries, count_scans, read_scans
from tests.support.shows import add_stage
from tests.support.slots import close_slot, read_slot
from tests.support.still_outbox import send_nothing
from tests.support.tickets import count_tickets, read_tickets
from tests.support.webhooks import kinds, write_down
from tests.support.websocket_client import answer_of
from tests.support.world import TODAY, World


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    send_nothing(monkeypatch)


@pytest.fixture
async def seller(hub: Hub, world: World) -> Seller:
    return await seller_of(hub, world)


async def nothing_written(world: World, slot_id: int, booked: int = 0) -> bool:
    """Return whether the slot has only `booked` places taken, and neither order nor entry was added."""
    database = world.hub.database
    slot = await read_slot(database, id=slot_id)
    counts = (slot["booked_count"], slot["verified_count"], await count_orders(database), await count_scans(database))
    return counts == (booked, 0, 1, 0)


async def test_three_people_without_a_ticket_are_in_by_one_request(api: Api, world: World, seller: Seller) -> None:
    slot_id = await world.slot(capacity=10)
    gate = await api.hub.socket(await world.staff(), gate="B")
    await answer_of(gate, "subscribe", topic="counts")
    sale = seller.sale(slot_id, 3, name="Jo Rossi", email="Jo@EXAMPLE.com")
    answer = await api.post(ADDRESS, sale, token=seller.token)
    assert answer.status == 201
    sold = answer.data
    assert (sold["scan_id"], sold["status"], sold["admitted"]) == (sale["scan_id"], "PAID", 3)
    assert (sold["reserved_date"], sold["start_time"], sold["customer_email"]) == (
        TODAY.isoformat(),
        "12:00:00",
        "Jo@example.com",
    )
    assert {one["status"] for one in sold["tickets"]} == {"VERIFIED"}
    assert all(one["qr_code"].startswith("data:image/png;base64,") for one in sold["tickets"])
    counted = (await gate.event())["data"]["slots"][0]
    while counted["verified"] < 3:
        counted = (await gate.event())["data"]["slots"][0]
    assert (counted["booked"], counted["verified"]) == (3, 3)
    database = api.hub.database
    scans = await read_scans(database, "mode", "gate", "entered", "scan_id", "code")
    assert {(one["mode"], one["gate"], one["entered"]) for one in scans} == {("verify", "A", True)}
    assert sale["scan_id"] in {str(one["scan_id"]) for one in scans}
    assert {one["code"] for one in scans} == {one["ticket_code"] for one in sold["tickets"]}
    assert {one["booked_together"] for one in await read_reservations(database, "booked_together")} == {3}
    (mail,) = await read_outbox(database)
    assert (mail["kind"], mail["recipient"]) == ("reservation.confirmed", "Jo@example.com")
    log = [(row["action"], row["after"]) for row in await read_audit_log(database)]
    assert log == [("order.created", {"tickets": 3, "status": "PAID", "slot_id": slot_id, "admitted": 3})]
    # Whoever shows one of the codes again is in already.
    again = await gate.verify(sold["tickets"][1]["ticket_code"])
    assert again["reason"] == "ALREADY_VERIFIED"


async def test_a_repeat_changes_nothing_and_returns_the_order_as_it_is_now(
    world: World, seller: Seller, redis_url: str
) -> None:
    slot_id = await world.slot(capacity=2)
    sale = seller.sale(slot_id, 2)
    _, first = await seller.hub.post(ADDRESS, sale, token=seller.token)
    # The slot is full by then, and Redis may have lost its state.
    await empty_redis(redis_url)
    status, again = await seller.hub.post(ADDRESS, sale, token=seller.token)
    assert (status, again) == (201, first)
    assert (await count_entries(world.hub.database), await count_orders(world.hub.database)) == (2, 2)
    status, other = await seller.hub.post(ADDRESS, sale | {"count": 1}, token=seller.token)
    assert (status, other["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_a_sale_is_undone_as_a_whole_like_any_entry(world: World, seller: Seller) -> None:
    slot_id = await world.slot()
    _, sold = await seller.sell(slot_id, 3)
    socket = await seller.hub.socket(seller.token, gate="A")
    undone = await answer_of(socket, "undo", scan_id=sold["scan_id"], reason="They went home")
    assert (undone["reason"], undone["people"]) == ("UNDONE", 3)
    slot = await read_slot(world.hub.database, id=slot_id)
    assert (slot["booked_count"], slot["verified_count"]) == (3, 0)
    assert {one["status"] for one in await read_tickets(world.hub.database, "status")} == {"RESERVED"}
    # They have paid, and come in with their tickets.
    assert (await socket.verify(sold["tickets"][0]["ticket_code"]))["reason"] == "VERIFIED"


async def test_without_room_nobody_is_sold_anything(world: World, seller: Seller) -> None:
    slot_id = await world.slot(capacity=5, booked=3)
    status, error = await seller.sell(slot_id, 3)
    assert (status, error["code"], error["free"]) == (409, "SLOT_FULL", 2)
    assert "tickets" not in error
    assert await nothing_written(world, slot_id, booked=3)
    # What was held for the refused sale is free again.
    assert (await seller.sell(slot_id, 2))[0] == 201
    status, error = await seller.sell(slot_id)
    assert (status, error["code"]) == (409, "SLOT_FULL")


async def test_whoever_the_door_refuses_has_bought_nothing(world: World, seller: Seller) -> None:
    slot_id = await world.slot()
    student = await add_product(world, "Student", question="Is the student card shown?")
    backstage = await add_product(world, "Backstage", gates=["B"])
    status, error = await seller.sell(slot_id, product_id=student)
    assert (status, error["code"], error["question"]) == (409, "QUESTION_UNANSWERED", "Is the student card shown?")
    status, error = await seller.sell(slot_id, product_id=student, answer="no")
    assert (status, error["code"]) == (400, "QUESTION_DENIED")
    status, error = await seller.sell(slot_id, product_id=backstage)
    assert (status, error["code"]) == (400, "WRONG_GATE")
    await world.policy(inside_limit=1, when_full="stop")
    status, error = await seller.sell(slot_id, 2)
    assert (status, error["code"]) == (409, "VENUE_FULL")
    later = await world.slot(start="16:00", end="18:00")
    await world.policy(early_entry_minutes=30)
    status, error = await seller.sell(later)
    assert (status, error["code"]) == (400, "TOO_EARLY")
    assert await nothing_written(world, slot_id)
    assert await nothing_written(world, later)
    assert (await seller.sell(slot_id, product_id=student, answer="yes"))[1]["admitted"] == 1
    (scan,) = await read_scans(world.hub.database, "note")
    assert scan["note"] == "Is the student card shown? yes"


async def test_a_later_time_is_sold_without_letting_anybody_in(world: World, seller: Seller) -> None:
    later = await world.slot(start="16:00", end="18:00")
    status, sold = await seller.sell(later, 2, admit=False)
    assert (status, sold["admitted"], {one["status"] for one in sold["tickets"]}) == (201, 0, {"RESERVED"})
    slot = await read_slot(world.hub.database, id=later)
    assert (slot["booked_count"], slot["verified_count"]) == (2, 0)
    assert (await count_scans(world.hub.database), await read_outbox(world.hub.database)) == (0, [])


async def test_only_times_of_today_at_this_venue_are_sold(world: World, seller: Seller) -> None:
    elsewhere = await world.slot(venue_id=await world.venue())
    over = await world.slot(start="08:00", end="10:00")
    tomorrow = await world.slot(TODAY + timedelta(days=1))
    show = (await add_stage(world)).performance_id
    closed = await world.slot(start="18:00", end="20:00")
    await close_slot(world.hub.database, closed)
    for slot_id, code in (
        # After its first answer seat admission knows that nothing is free.
        (closed, "SLOT_CLOSED"), (closed, "SLOT_CLOSED"), (over, "SLOT_PAST"),
        (elsewhere, "SLOT_NOT_FOUND"), (over, "SLOT_PAST"), (tomorrow, "INVALID_REQUEST"), (show, "SLOT_NOT_FOUND"), (2**40, "SLOT_NOT_FOUND"),
    ):  # fmt: skip
        assert (await seller.sell(slot_id))[1]["code"] == code
    here = await world.slot()
    foreign = await add_product(world, "Museum", venue_id=await world.venue())
    assert (await seller.sell(here, product_id=foreign))[1]["code"] == "WRONG_VENUE"
    unsold = await add_product(world, "Press", sold_at_door=False)
    assert (await seller.sell(here, product_id=unsold))[1]["code"] == "INVALID_REQUEST"
    await change_products(world.hub.database, archived_at=world.hub.clock.now())
    assert (await seller.sell(here))[1]["code"] == "PRODUCT_ARCHIVED"
    assert await nothing_written(world, here)


async def test_a_ticket_that_waits_for_its_activation_in_a_shop_is_used_at_the_gate(
    world: World, seller: Seller
) -> None:
    await change_products(world.hub.database, activation_mode="deferred")
    assert (await seller.sell(await world.slot()))[1]["tickets"][0]["status"] == "VERIFIED"


@pytest.mark.parametrize(
    ("policy", "may"), [("off", set()), ("managers", {"MANAGER"}), ("operators", {"OPERATOR", "MANAGER"})]
)
async def test_who_sells_is_for_the_venue_to_say(api: Api, world: World, policy: str, may: set[str]) -> None:
    slot_id = await world.slot()
    for role in ("OPERATOR", "MANAGER"):
        seller = await seller_of(api.hub, world, role, policy=policy)
        assert (await api.get(ADDRESS, token=seller.token)).status == (200 if role in may else 403)
        assert (await seller.sell(slot_id))[0] == (201 if role in may else 403)
        page = await api.hub.client.get("/operator/scan", headers={"Authorization": f"Bearer {seller.token}"})
        assert ('id="door-sale-on"' in await page.text()) is (role in may)
    assert (await api.get(ADDRESS)).status == 401


async def test_a_seller_sees_what_can_be_sold_now(api: Api, world: World, seller: Seller) -> None:
    running = await world.slot(capacity=40, booked=6)
    coming = await world.slot(start="14:00", end="16:00", capacity=1, booked=1)
    await world.slot(start="08:00", end="10:00")
    await world.slot(TODAY + timedelta(days=1))
    await add_product(world, "Archived", archived_at=world.hub.clock.now())
    await add_product(world, "Over", valid_until=TODAY - timedelta(days=1))
    await add_product(world, "Press", sold_at_door=False)
    student = await add_product(world, "Student", name_zh="学生票", question="Card?", question_zh="学生证？")
    data = (await api.get(ADDRESS, token=seller.token)).data
    assert [(one["slot_id"], one["is_running"], one["free"]) for one in data["slots"]] == [
        (running, True, 34),
        (coming, False, 0),
    ]
    assert [one["name"] for one in data["products"]] == ["Admission", "Student"]
    spoken = await api.ask("GET", ADDRESS, token=seller.token, headers={"Accept-Language": "zh-Hans"})
    assert {"product_id": student, "name": "学生票", "note": "", "question": "学生证？"} in spoken.data["products"]


async def test_what_is_wrong_with_a_sale_is_named_and_never_breaks(api: Api, world: World, seller: Seller) -> None:
    slot_id = await world.slot()
    for wrong, status in (
        ({"count": 0}, 400), ({"count": 21}, 400), ({"price": 5}, 400), ({"scan_id": "x"}, 400), ({"email": "nobody"}, 400),
        ({"name": "\u202eevil"}, 400), ({"slot_id": "1"}, 400), ({"admit": "yes"}, 400), ({"product_id": 2**50}, 400),
        ({"answer": "maybe"}, 400), ({"gate": "x" * 65}, 400),
    ):  # fmt: skip
        answer = await api.post(ADDRESS, seller.sale(slot_id) | wrong, token=seller.token)
        assert (answer.status, answer.json["success"]) == (status, False), wrong
    assert await nothing_written(world, slot_id)


async def test_a_scan_id_of_another_scan_sells_nothing(world: World, seller: Seller) -> None:
    slot_id = await world.slot()
    ticket = await world.reserved(slot_id)
    scan_id = str(uuid4())
    socket = await seller.hub.socket(seller.token, gate="A")
    await socket.verify(ticket.code, scan_id=scan_id)
    assert (await seller.sell(slot_id, scan_id=scan_id))[1]["code"] == "SCAN_ID_REUSED"
    assert await count_tickets(world.hub.database) == 1


async def test_systems_that_listen_hear_of_the_order_the_visit_and_the_entry(world: World, seller: Seller) -> None:
    await write_down(world)
    await seller.sell(await world.slot())
    assert sorted(await kinds(world)) == ["entry.recorded", "order.created", "order.paid", "reservation.created"]
