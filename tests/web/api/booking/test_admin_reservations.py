"""The managers' reservations over HTTP: found by every search, filtered, paged, exported, corrected, moved, cancelled, sent again."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.guests.add_guests import GuestPlace, add_guests
from hub.actions.tickets.issue import TicketBatch, issue_tickets
from hub.rules.guest_lists import GuestDraft
from tests.support.api_client import Api
from tests.support.audit_log import read_audit_log
from tests.support.mail_outbox import read_outbox
from tests.support.negative_controls import sabotage
from tests.support.orders import change_order
from tests.support.plans import seem_a_million, times_read
from tests.support.reservations import change_reservation
from tests.support.still_outbox import send_nothing
from tests.support.theatre import Theatre
from tests.support.tickets import change_ticket, read_ticket
from tests.support.world import TODAY, World

LIST = "/api/admin/reservations"


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    send_nothing(monkeypatch)


@pytest.fixture
async def manager(world: World) -> str:
    return await world.staff("MANAGER")


async def found(api: Api, token: str, query: str) -> list[int]:
    answer = await api.get(f"{LIST}?{query}", token=token)
    assert answer.status == 200, answer.json
    return [one["reservation_id"] for one in answer.data["reservations"]]


async def test_every_search_finds_its_reservation_and_no_other(api: Api, world: World, manager: str) -> None:
    slot = await world.slot()
    one, other = [await world.reserved(slot) for _ in range(2)]
    database = world.hub.database
    await change_reservation(
        database, one.reservation_id, customer_email="Ada.Love@example.org", customer_phone="+390612345678"
    )
    await change_ticket(database, one.id, customer_name="Ada Lovelace")
    await change_order(database, world.order_id, reference="WEB-77")
    for text in ("ada.l", "ADA.LOVE@EXAMPLE.ORG", "+39 06 1234 5678", "390612345678", one.code, one.code.lower(), "love ada",
                 "#" + str(one.reservation_id)):  # fmt: skip
        assert await found(api, manager, f"q={quote(text)}") == [one.reservation_id], text
    assert await found(api, manager, "q=WEB-77") == [other.reservation_id, one.reservation_id]
    for text in ("ovelace", "da.love", "%25", "12345678"):
        assert await found(api, manager, f"q={text}") == [], text


async def test_an_order_without_a_reference_is_found_by_its_number_in_every_search(
    api: Api, world: World, manager: str
) -> None:
    await world.reserved(await world.slot(start="15:00", end="16:00"))
    issued = await issue_tickets(world.hub.services, TicketBatch(1), org_id=world.org_id)
    order_id = issued["order_id"]
    ticket_id = (await read_ticket(world.hub.database, "id", order_id=order_id))["id"]
    mine = await world.reserve(await world.ticket_of(ticket_id), await world.slot())
    admin = await world.staff("ADMIN")
    for text in (str(order_id), f"#{order_id}", f"  {order_id} "):
        asked = quote(text)
        assert mine.reservation_id in await found(api, manager, f"q={asked}"), text
        orders = (await api.get(f"/api/admin/orders?q={asked}", token=admin)).data["orders"]
        assert [one["order_id"] for one in orders] == [order_id], text
        tickets = (await api.get(f"/api/admin/tickets?order={asked}", token=admin)).data["tickets"]
        assert [one["ticket_id"] for one in tickets] == [ticket_id], text
    seen = (await api.get(f"/api/tickets/search?q=%23{order_id}", token=manager)).data["tickets"]
    assert [one["ticket_id"] for one in seen] == [ticket_id]
    await change_order(world.hub.database, order_id, reference="WEB-88")
    assert mine.reservation_id not in await found(api, manager, f"q=%23{order_id}"), "it has another name"


@pytest.mark.parametrize("mended", [True, False], ids=["as it is", "control: reports do without bitmaps"])
async def test_a_name_is_found_by_the_index_of_words(
    api: Api, world: World, manager: str, monkeypatch: pytest.MonkeyPatch, mended: bool
) -> None:
    one = await world.reserved(await world.slot())
    await change_ticket(world.hub.database, one.id, customer_name="Ada Lovelace 王小明")
    if not mended:
        sabotage(
            monkeypatch,
            "booking/found_reservations",
            "use_word_indexes",
            ("SET LOCAL enable_bitmapscan = on", "SELECT 1"),
        )
    await seem_a_million(world.hub.settings.database_url, "tickets")
    records = world.hub.database.records
    for text, index in (("lovelace", "tickets_by_name"), ("小明", "tickets_by_parted_name")):
        before = await times_read(records, index)
        assert await found(api, manager, f"q={text}") == [one.reservation_id]
        assert (await times_read(records, index) > before) is mended


async def test_filters_and_pages_hold_together(api: Api, world: World, manager: str) -> None:
    first, second = await world.slot(), await world.slot(start="15:00", end="16:00")
    later = await world.slot(TODAY + timedelta(days=1))
    early = [(await world.reserved(first)).reservation_id for _ in range(2)]
    third = await world.reserved(second, channel="ota")
    await world.reserved(later)
    assert await found(api, manager, f"date={TODAY}") == [*early, third.reservation_id]
    assert await found(api, manager, f"slot_id={second}") == [third.reservation_id]
    assert await found(api, manager, "channel=ota") == [third.reservation_id]
    assert await found(api, manager, f"product_id={world.product_id + 1}") == []
    assert await found(api, manager, f"date={TODAY}&q=john&channel=ota") == [third.reservation_id]
    for query in (f"date={TODAY}", "q=john", ""):
        seen: list[int] = []
        before: Any = ""
        while before is not None:
            page = (await api.get(f"{LIST}?limit=1&{query}{before}", token=manager)).data
            seen += [one["reservation_id"] for one in page["reservations"]]
            before = page["next"] and f"&before={page['next']}"
        assert seen == await found(api, manager, query), query
    assert (await api.get(LIST, token=await world.staff("OPERATOR"))).code == "FORBIDDEN"
    stranger = await World(world.hub).found()
    assert await found(api, await stranger.staff("MANAGER"), "q=john") == []


async def file_of(api: Api, manager: str) -> list[dict[str, str]]:
    async with api.hub.client.get(f"{LIST}?format=csv", headers={"Authorization": f"Bearer {manager}"}) as answer:
        assert answer.status == 200
        return list(csv.DictReader(io.StringIO(await answer.text(encoding="utf-8-sig"))))


async def test_a_file_without_a_match_has_its_head_alone(api: Api, manager: str) -> None:
    assert await file_of(api, manager) == []


async def test_the_file_has_every_match_and_no_code_that_admits_a_party(api: Api, world: World, manager: str) -> None:
    theatre = await Theatre(world).found()
    await theatre.booking(await theatre.performance(), "=Evil()", 3)
    await world.reserved(await world.slot())
    rows = await file_of(api, manager)
    assert [(row["people"], row["name"], row["ticket_code"][:4]) for row in rows] == [
        ("1", "", "TKT-"),
        ("3", "'=Evil()", ""),
    ]


async def test_both_addresses_learn_of_a_corrected_contact_and_old_links_are_void(
    api: Api, world: World, manager: str
) -> None:
    ticket = await world.reserved(await world.slot())
    one = f"{LIST}/{ticket.reservation_id}"
    bad = await api.patch(one, {"email": "nowhere", "phone": "12"}, token=manager)
    assert (bad.code, len(bad.error["validation_errors"])) == ("INVALID_CONTACT", 2)
    version = (await api.get(one, token=manager)).data["version"]
    answer = await api.patch(one, {"email": "new@example.com"}, token=manager, headers={"If-Match": f'"{version}"'})
    assert (answer.status, answer.data["email"], answer.data["phone"]) == (200, "new@example.com", "+12025551234")
    assert (
        await api.patch(one, {"phone": "+12025550000"}, token=manager, headers={"If-Match": f'"{version}"'})
    ).status == 412
    mails = await read_outbox(world.hub.database, order_by="id")
    assert [(row["kind"], row["recipient"]) for row in mails] == [
        ("reservation.confirmed", "john@example.com"), ("reservation.contact_changed", "john@example.com"),
        ("reservation.resent", "new@example.com"),
    ]  # fmt: skip
    token = json.loads(mails[2]["payload"])["manage_token"]
    assert (await api.get(f"/api/reservations/{ticket.reservation_id}?token={ticket.token}")).status == 404
    assert (await api.get(f"/api/reservations/{ticket.reservation_id}?token={token}")).status == 200
    (row,) = await read_audit_log(world.hub.database)
    assert (row["action"], "example" in str(row)) == ("reservation.contact_changed", False)


async def test_staff_move_cancel_and_send_again_and_each_is_recorded(api: Api, world: World, manager: str) -> None:
    ticket, other = await world.reserved(await world.slot()), await world.slot(start="16:00", end="17:00", capacity=1)
    one = f"{LIST}/{ticket.reservation_id}"
    assert (await api.post(f"{one}/resend", token=manager)).status == 200
    moved = await api.post(f"{one}/move", {"slot_id": other}, token=manager)
    assert (moved.status, moved.data["slot"]["slot_id"]) == (200, other)
    for _ in range(2):
        assert (await api.post(f"{one}/cancel", token=manager)).data["status"] == "CANCELLED"
    assert (await api.post(f"{one}/resend", token=manager)).code == "NOT_RESENDABLE"
    assert [row["action"] for row in await read_audit_log(world.hub.database)] == [
        "reservation.resent", "reservation.moved", "reservation.cancelled",
    ]  # fmt: skip
    assert [row["kind"].split(".")[1] for row in await read_outbox(world.hub.database, order_by="id")] == [
        "confirmed", "resent", "moved", "cancelled",
    ]  # fmt: skip


async def test_a_guest_stands_in_the_list_and_is_cancelled_like_any_other(api: Api, world: World, manager: str) -> None:
    place = GuestPlace(venue_id=world.venue_id, day=TODAY)
    await add_guests(world.hub.services, Actor(world.org_id), place, [GuestDraft("Jane Smith", 3)])
    (line,) = (await api.get(f"{LIST}?q=jane", token=manager)).data["reservations"]
    assert (line["people"], line["channel"], line["slot"]["whole_day"], line["ticket_code"]) == (3, "guest", True, None)
    assert (await api.post(f"{LIST}/{line['reservation_id']}/cancel", token=manager)).data["status"] == "CANCELLED"
