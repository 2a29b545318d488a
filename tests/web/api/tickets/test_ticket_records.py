"""Ticket records over HTTP: tickets are found by code, order or contact, and their history is in order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.imports.import_file import import_file
from hub.actions.tickets import find_tickets as searching
from hub.text.search_words import folded_name
from tests.support.api_client import Api
from tests.support.files import pieces
from tests.support.orders import change_orders
from tests.support.plans import (
    folded_in_postgres,
    plan_of,
    rule_out_seq_scans,
    seem_a_million,
)
from tests.support.reservations import change_reservations
from tests.support.shows import add_booking, add_stage
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

    async def found(text: str) -> set[int]:
        answer = await api.get(f"/api/tickets/search?q={quote(text)}", token=manager)
        return {one["ticket_id"] for one in answer.data["tickets"]}

    # An order without a reference is named by its number in e-mails.
    number = f"{world.order_id:04}"
    assert await found(number) == await found(f"#{number}") == {ticket.id, other.id}
    await change_orders(world.hub.database, reference="ORD-77", customer_email="Buyer@Example.com")
    assert await found(number) == set()
    for text in (ticket.code, ticket.code.lower(), f" {ticket.code} ", "john@example.com", "JOHN@Example.com",
                 "+12025551234", "+1 202 555-1234", "(202) 555-1234"):  # fmt: skip
        assert await found(text) == {ticket.id}, text
    for text in ("ORD-77", "buyer@example.com"):
        assert await found(text) == {ticket.id, other.id}, text
    for text in ("nobody@example.com", "TKT-NOBODY", "%%%", "'; DROP"):
        assert await found(text) == set(), text


async def test_an_imported_ticket_is_found_by_its_name_and_contact_before_it_is_booked(api: Api, world: World) -> None:
    file = (
        "code,name,email,phone,order\nDT-1001,José Núñez García,Jose@Example.org,+34612345678,A-1\n"
        "DT-1002,Łukasz Weiß,,,A-2\nDT-1003,王小明,,,A-3\nDT-1004,Sinéad O’Connor,,,A-4\nDT-1005,Иван Петров,,,A-5\n"
    )
    await import_file(world.hub.services, Actor(world.org_id), "tickets.csv", pieces(file.encode()))
    manager = await world.staff("MANAGER")

    async def found(text: str, token: str = manager) -> list[str]:
        answer = await api.get(f"/api/tickets/search?q={quote(text)}", token=token)
        return [one["ticket_code"] for one in answer.data["tickets"]]

    for text in ("garcia jose", "JOSÉ", "nunez", "Garcı́a", "jose@example.org", "JOSE@EXAMPLE.ORG", "+34 612 34 56 78"):
        assert await found(text) == ["DT-1001"], text
    for text, code in (("weiss lukasz", "DT-1002"), ("王小明", "DT-1003"), ("o'connor sinead", "DT-1004"), ("петров иван", "DT-1005"),
                       ("ИВАН", "DT-1005")):  # fmt: skip
        assert await found(text) == [code], text
    for text in ("小明", "王 明", "王小"):
        assert await found(text) == ["DT-1003"], text
    for text in ("garcia maria", "arcia", "ose@example.org", "| !", "a:* & b", "明小", "小明 garcia"):
        assert await found(text) == [], text
    stranger = await World(api.hub).found()
    assert await found("garcia", await stranger.staff("MANAGER")) == []


@pytest.mark.parametrize(
    ("given", "index", "without"),
    [
        ([None, None, "ada:* & love:*"], "tickets_by_name", ("folded_name(n.customer_name)", "lower(n.customer_name)")),
        ([None, None, "小 <-> 明"], "tickets_by_parted_name", ("parted_name(n.customer_name)", "lower(n.customer_name)")),
        (["ada@example.org", None, None], "tickets_by_imported_email",
         ("lower(i.imported_email) = $4", "i.imported_email || '' = $4")),
        ([None, "+390612345678", None], "tickets_by_imported_phone", ("i.imported_phone = $5", "i.imported_phone || '' = $5")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("indexed", [True, False], ids=["as it is", "control: no index fits"])
async def test_at_size_a_visitor_is_found_by_an_index(
    world: World, given: list[str | None], index: str, without: tuple[str, str], indexed: bool
) -> None:
    """The planner sees a million tickets right after an import. Then the search reads the index."""
    file = b"code,name,email,phone\nDT-1000,Ada Lovelace,ada@example.org,+390612345678\n"
    await import_file(world.hub.services, Actor(world.org_id), "tickets.csv", pieces(file))
    for table in ("tickets", "orders", "ticket_reservations"):
        await seem_a_million(world.hub.settings.database_url, table)
    sql = dict(load("tickets/life").items())["find_tickets"]
    assert without[0] in sql
    email, phone, name = given
    async with world.hub.database.transaction() as connection:
        nodes = await plan_of(
            connection,
            sql if indexed else sql.replace(*without),
            world.org_id,
            "x",
            "x",
            email,
            phone,
            50,
            [],
            name,
            False,
            name,
            None,
        )
    assert (index in {node.get("Index Name") for node in nodes}) is indexed


async def test_names_are_folded_alike_in_postgres_and_in_the_hub(world: World) -> None:
    names = [
        "José",
        "Jose\u0301",
        "ŁUKASZ",
        "Weiß",
        "Ærø",
        "Đorđe",
        "İstanbul",
        "ılık",
        "Ｆｕｌｌ",
        "王小明",
        "Ёлкин",
        "Ἀθηνᾶ",
        "한글",
        "O’Connor",
    ]
    assert await folded_in_postgres(world.hub.database, names) == [folded_name(name) for name in names]


async def test_an_operator_finds_a_visitor_and_sees_the_contact_by_the_venues_policy(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot(), customer_name="Ada Lovelace")
    operator = await world.staff()

    async def seen() -> tuple[str, str, str]:
        (one,) = (await api.get("/api/tickets/search?q=lovelace", token=operator)).data["tickets"]
        assert one["ticket_id"] == ticket.id
        return one["customer_name"], one["customer_email"], one["customer_phone"]

    assert await seen() == ("Ada Lovelace", "j***@example.com", "***34")
    await world.policy(show_contact="full")
    assert await seen() == ("Ada Lovelace", "john@example.com", "+12025551234")


async def test_at_a_gate_bookings_and_guests_are_found_and_tickets_of_the_day_by_a_part_of_their_code(
    api: Api, world: World
) -> None:
    slot_id = await world.slot()
    ticket = await world.reserved(slot_id, customer_name="Ada Lovelace")
    tomorrow = await world.reserved(await world.slot(TODAY + timedelta(days=1)))
    booking = await add_booking(world, (await add_stage(world)).performance_id, 3, name="Grace Hopper")
    operator = await world.staff()

    async def found(text: str, at_gate: str = "1") -> list[str]:
        answer = await api.get(f"/api/tickets/search?q={quote(text)}&at_gate={at_gate}", token=operator)
        return [one["ticket_code"] for one in answer.data["tickets"]]

    assert await found("hopper gr") == [booking.code]
    assert await found("hopper", at_gate="0") == [], "records have a list of bookings"
    part = ticket.code[-8:]
    assert await found(part.lower().replace("-", " ")) == [ticket.code]
    assert await found(part, at_gate="0") == []
    assert await found(tomorrow.code[-8:]) == [], "not of this day"
    assert await found(part[-3:]) == [], "too short"
    assert await found("lovelace") == [ticket.code]


async def test_at_a_gate_a_part_of_a_chinese_name_and_a_number_without_its_country_code_find_the_visitors_of_the_day(
    api: Api, world: World
) -> None:
    slot_id, later = await world.slot(), await world.slot(TODAY + timedelta(days=1))
    wang = await world.reserved(slot_id, customer_name="王小明")
    ali = await world.reserved(slot_id, customer_name="علی\u200cرضا")
    await world.reserved(later, customer_name="李小明")
    for ticket, phone in ((wang, "+4915112345678"), (ali, "+989121234567")):
        await change_reservations(api.hub.database, of_ticket=ticket.id, customer_phone=phone)
    operator = await world.staff()

    async def found(text: str) -> list[str]:
        answer = await api.get(f"/api/tickets/search?q={quote(text)}&at_gate=1", token=operator)
        return [one["ticket_code"] for one in answer.data["tickets"]]

    for text in ("小明", "0151 12345678", "01511/2345678", "٠١٥١١٢٣٤٥٦٧٨"):
        assert await found(text) == [wang.code], text
    for text in ("علی\u200cرضا", "علیرضا", "رضا", "۰۹۱۲ ۱۲۳ ۴۵۶۷"):
        assert await found(text) == [ali.code], text
    for text in ("345678", "小红", "x 12345678"):
        assert await found(text) == [], text


async def test_two_letters_at_a_gate_find_who_comes_now_before_everybody_else(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands have a name that begins so. Who stands at the gate is among those of the running time."""
    monkeypatch.setattr(searching, "SEARCHED_AT_ONCE", 2)
    running, evening = await world.slot(booked=3), await world.slot(TODAY, "20:00", "22:00", booked=1)
    await world.reserved(evening, customer_name="Wu Li")
    await world.reserved(await world.slot(TODAY + timedelta(days=1)), customer_name="Li Wei")
    for name in ("Oliver Stone", "Jean-Li Petit"):
        await world.reserved(running, customer_name=name)
    operator, manager = await world.staff(), await world.staff("MANAGER")

    async def found(text: str, at_gate: str = "1", token: str = operator) -> list[str]:
        answer = await api.get(f"/api/tickets/search?q={quote(text)}&at_gate={at_gate}", token=token)
        return [one["customer_name"] for one in answer.data["tickets"]]

    assert await found("li") == ["Jean-Li Petit", "Li Wei", "Wu Li"]
    assert await found("LI pe") == ["Jean-Li Petit"]
    assert await found("li", at_gate="0", token=manager) == ["Li Wei", "Jean-Li Petit", "Wu Li"], "control: by day"
    monkeypatch.setattr(searching, "MOST_FOUND", 1)
    assert await found("li") == ["Jean-Li Petit"]


async def test_a_ticket_sold_elsewhere_tells_its_first_entry(api: Api, world: World) -> None:
    """Its status stays as the shop has it."""
    ticket = await world.reserved(await world.slot(), channel="ota", status="ACTIVATED", customer_name="Ada Lovelace")
    operator = await world.staff()
    for entered in (False, True):
        (one,) = (await api.get("/api/tickets/search?q=lovelace", token=operator)).data["tickets"]
        assert (one["status"], one["verified_at"] is not None) == ("ACTIVATED", entered)
        body = {"ticket_code": ticket.code, "gate": "A"}
        assert (await api.post("/api/operator/verify-ticket", body, token=operator)).status == 200


@pytest.mark.parametrize("at_once", [1, 3, 100])
async def test_a_part_of_a_code_is_found_however_the_day_is_shared_out(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(searching, "SEARCHED_AT_ONCE", at_once)
    slots = [await world.slot(), await world.slot(TODAY, "16:00", "18:00")]
    tickets = [await world.reserved(slot_id) for slot_id in slots for _ in range(3)]
    token = await world.staff()
    for ticket in tickets:
        part = ticket.code.replace("-", "")[-8:]
        found = (await api.get(f"/api/tickets/search?q={part}&at_gate=1", token=token)).data["tickets"]
        assert [one["ticket_code"] for one in found] == [ticket.code]


async def test_finding_is_for_staff_of_the_same_organisation(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot())
    other_world = await (await World(api.hub).found()).staff("ADMIN")
    assert (await api.get(f"/api/tickets/search?q={ticket.code}", token=other_world)).data["tickets"] == []
    assert (await api.get(f"/api/tickets/{ticket.id}/life", token=other_world)).code == "TICKET_NOT_FOUND"
    assert (await api.get("/api/tickets/search?q=abc")).code == "UNAUTHENTICATED"


@pytest.mark.parametrize("query", ["", "q=", "q=a", "q=%00abc", f"q={'x' * 201}", "q=%20%20%20%20"])
async def test_a_bad_search_is_a_bad_request(api: Api, world: World, query: str) -> None:
    answer = await api.get(f"/api/tickets/search?{query}", token=await world.staff("MANAGER"))
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")


async def test_no_search_and_no_history_reads_a_whole_table(api: Api, world: World) -> None:
    """Sequential scans are ruled out, so a plan still has one only if there is no index."""
    wanted = load("tickets/life")
    nothing = {"find_tickets": [1, "x", "x", "x", "x", 50, [], "x:*", True, "x", 1], "mails_of": [1, [b"x"]], "scans_of": [1, "x", 10],
               "reservations_of": [1, 1], "waits_of": [1, 1], "ticket_by_id": [1, 1], "disputes_of": [1, "x", 10],
               "conflicts_of": [1, [uuid4()]], "slots_to_search": [1, 1, TODAY],
               "find_by_part": [1, [1], "ABCD", "abcd", "1234567", 50, 1, 0],
               "find_near": [1, [1], "li:*", 50, 1, 0]}  # fmt: skip
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
