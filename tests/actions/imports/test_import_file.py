"""Tickets from a file: what a whole import stores, changes and cancels, and what stops it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.imports.import_file import import_file
from hub.actions.imports.records import list_imports
from hub.actions.imports.work import work_on
from hub.actions.tickets.products import change_product, list_products, read_product
from hub.rules.refusals import Refused
from tests.support.audit_log import read_audit_log
from tests.support.files import pieces, workbook
from tests.support.hub import Hub
from tests.support.imports import begun, change_import, checked
from tests.support.orders import add_product, read_orders
from tests.support.tickets import change_ticket, count_tickets, read_ticket, read_tickets
from tests.support.webhooks import numbered_events, write_down
from tests.support.world import World


async def imported(
    hub: Hub, world: World, content: str | bytes, name: str = "tickets.csv", **options: Any
) -> dict[str, Any]:
    raw = content.encode() if isinstance(content, str) else content
    return await import_file(hub.services, Actor(world.org_id), name, pieces(raw), **options)


async def test_an_imported_order_has_an_address_where_all_its_rows_agree(hub: Hub, world: World):
    """The address opens every code of the order, so rows with different addresses must not share one."""
    file = (
        "code,order,email\nAA-1,one,mary@example.com\nAA-2,one,mary@example.com\nBB-1,two,mary@example.com\n"
        "BB-2,two,john@example.com\nCC-1,three,mary@example.com\nCC-2,three,\nDD-1,,mary@example.com\n"
    )
    await imported(hub, world, file)
    rows = await read_orders(hub.database, "reference", "customer_email")
    known = {row["reference"]: row["customer_email"] for row in rows if row["reference"] is not None}
    assert {name: known[name] for name in ("one", "two", "three")} == {
        "one": "mary@example.com",
        "two": None,
        "three": None,
    }
    assert [email for name, email in known.items() if name not in ("one", "two", "three")] == [None]


async def test_a_column_that_is_not_used_is_named_and_stops_an_import_of_all_or_nothing(hub: Hub, world: World):
    file = "code,E-Mail,Seat\nAA-1,mary@example.com,B12\n"
    refused = await imported(hub, world, file, all_or_nothing=True)
    assert (refused["imported"], refused["unused_columns"]) == (0, ["Seat"])
    assert [(wrong["line"], wrong["message"]) for wrong in refused["errors"]] == [(1, "column not used: Seat")]
    report = await imported(hub, world, file)
    assert (report["imported"], report["errors"], report["unused_columns"]) == (1, [], ["Seat"])
    assert (await read_ticket(hub.database, "customer_email", code="AA-1"))["customer_email"] == "mary@example.com"


async def test_nothing_is_stored_of_a_file_whose_encoding_is_not_sure_until_it_is_named(hub: Hub, world: World):
    file = "code;name\nDT-1000;Müller Jörg\n".encode("windows-1252")
    with pytest.raises(Refused) as refused:
        await imported(hub, world, file)
    assert refused.value.details["field"] == "encoding"
    assert (await imported(hub, world, file, encoding="windows-1252"))["imported"] == 1
    assert (await read_ticket(hub.database, "customer_name", code="DT-1000"))["customer_name"] == "Müller Jörg"


async def test_an_import_is_not_kept_from_others_by_a_lease_that_a_clock_ahead_wrote(hub: Hub, world: World):
    import_id = await begun(hub, world.org_id, "code\nAA-1\n")
    lease = {"lease": uuid4(), "leased_until": hub.clock.now() + timedelta(hours=2)}
    await change_import(hub.database, import_id, **lease)
    assert await work_on(hub.services, world.org_id, import_id)
    assert await count_tickets(hub.database, code="AA-1") == 1


async def test_a_file_that_comes_again_changes_nothing_and_one_that_differs_changes_that_alone(hub: Hub, world: World):
    first = "code,order,name,email,status\nAA-1,one,Ada,ada@example.com,\nAA-2,one,Ben,,pending\n"
    assert (await imported(hub, world, first))["imported"] == 2
    again = await imported(hub, world, first)
    assert (again["imported"], again["changed"], again["unchanged"]) == (0, 0, 2)
    second = "code,order,name,email,status\nAA-1,one,Ada,ada@lovelace.example,\nAA-2,one,,,paid\nAA-3,one,Eve,,\n"
    preview = await imported(hub, world, second, dry_run=True)
    assert [(one["line"], one["ticket_code"], one["field"], one["before"], one["after"]) for one in preview["changes"]] == [
        (2, "AA-1", "email", "ada@example.com", "ada@lovelace.example"), (3, "AA-2", "status", "PENDING_PAYMENT", "ACTIVATED"),
    ]  # fmt: skip
    assert (preview["to_import"], preview["to_change"]) == (1, 2)
    assert (await read_ticket(hub.database, "status", code="AA-2"))["status"] == "PENDING_PAYMENT"
    done = await imported(hub, world, second)
    assert (done["imported"], done["changed"], done["unchanged"], done["refused"]) == (1, 2, 0, 0)
    tickets = {
        row["code"]: row
        for row in await read_tickets(hub.database, "code", "status", "customer_name", "customer_email")
    }
    assert (tickets["AA-1"]["customer_name"], tickets["AA-1"]["customer_email"]) == ("Ada", "ada@lovelace.example")
    assert (tickets["AA-2"]["status"], tickets["AA-2"]["customer_name"]) == ("ACTIVATED", "Ben")
    (order,) = [row for row in await read_orders(hub.database, "reference", "status") if row["reference"] == "one"]
    assert order["status"] == "PAID"


async def test_the_orders_of_a_file_have_the_events_of_orders_when_they_are_made_and_paid(hub: Hub, world: World):
    await write_down(world, events=("order.created", "order.paid", "ticket.activated"))
    first = (
        "code,order,product,status\nAA-1,one,Day,\nAA-2,one,Day,\nBB-1,two,Day,\nBB-2,two,Night,pending\nCC-1,,Day,\n"
        "BB-3,two,Day,cancelled\n"
    )
    await add_product(hub.database, org_id=world.org_id, name="Day", venue_id=world.venue_id)
    await imported(hub, world, first)
    numbers = {row["reference"]: row["id"] for row in await read_orders(hub.database, "reference", "id")}
    one, two, own = (
        f"order:{numbers[name]}" for name in ("one", "two", next(n for n in numbers if n and "import" in n))
    )
    events = await numbered_events(world)
    assert sorted((event["object"], event["kind"]) for event in events) == sorted(
        [
            (one, "order.created"),
            (one, "order.paid"),
            (two, "order.created"),
            (own, "order.created"),
            (own, "order.paid"),
        ]
    )
    by_object = {event["object"]: (event["data"]["tickets"], event["venue_id"]) for event in events}
    assert by_object == {one: (2, world.venue_id), two: (3, None), own: (1, world.venue_id)}
    second = "code,order,status\nAA-3,one,\nBB-2,two,paid\n"
    for _ in range(2):  # the same file again changes nothing, and has no event
        await imported(hub, world, second)
    later = [
        (event["kind"], event["object"], event["data"].get("tickets")) for event in (await numbered_events(world))[5:]
    ]
    bb2 = await read_ticket(hub.database, "id", code="BB-2")
    assert sorted(later) == [("order.paid", two, 2), ("ticket.activated", f"ticket:{bb2['id']}", None)]


async def test_the_contact_of_a_booked_visit_is_the_visitors_own(hub: Hub, world: World):
    await imported(hub, world, "code,email\nAA-1,shop@example.com\n")
    ticket = await read_ticket(hub.database, "id", code="AA-1")
    await change_ticket(hub.database, ticket["id"], reserved_at=hub.clock.now(), customer_email="own@example.com")
    done = await imported(hub, world, "code,email\nAA-1,new@example.com\n")
    after = await read_ticket(hub.database, "customer_email", "imported_email", code="AA-1")
    assert (done["changed"], after["customer_email"], after["imported_email"]) == (
        1,
        "own@example.com",
        "new@example.com",
    )


async def test_a_cancelled_line_cancels_the_ticket_gives_back_its_place_and_is_not_undone_by_the_next(
    hub: Hub, world: World
):
    slot = await world.slot()
    ticket = await world.ticket()
    await world.reserve(ticket, slot)
    done = await imported(hub, world, f"code,status\n{ticket.code},cancelled\nNEW-1,refunded\n")
    assert (done["cancelled"], done["imported"], done["refused"]) == (1, 1, 0)
    assert await world.booked_count(slot) == 0
    assert (await read_ticket(hub.database, "status", code=ticket.code))["status"] == "CANCELLED"
    again = await imported(hub, world, f"code,status\n{ticket.code},cancelled\n")
    assert (again["cancelled"], again["unchanged"]) == (0, 1)
    back = await imported(hub, world, f"code,status\n{ticket.code},paid\n")
    assert [(one["line"], one["field"]) for one in back["errors"]] == [(2, "status")]


async def test_the_preview_of_a_line_that_cancels_agrees_with_what_is_stored(hub: Hub, world: World):
    ticket = await world.ticket(customer_name="Ada")
    file = f"code,name,email,status\n{ticket.code},Bea,bea@example.com,cancelled\n"
    record = await checked(hub, world.org_id, file)
    (shown,) = record.preview
    assert (shown["status"], shown["name"], shown["email"]) == ("CANCELLED", "Ada", None)
    await imported(hub, world, file)
    stored = await read_ticket(hub.database, "status", "customer_name", "customer_email", code=ticket.code)
    assert tuple(stored) == (shown["status"], shown["name"], shown["email"])


async def test_the_preview_names_the_product_of_every_new_ticket(hub: Hub, world: World):
    (product,) = (await list_products(hub.services, Actor(world.org_id))).products
    file = f"code,product\nAA-1,Press\nAA-2,\nAA-3,{product.product_id}\n"
    record = await checked(hub, world.org_id, file)
    assert record.new_products == ["Press"]
    assert [line["product"] for line in record.preview] == ["Press", product.name, product.name]
    empty = await World(hub).found()
    for one in (await list_products(hub.services, Actor(empty.org_id))).products:
        await change_product(hub.services, Actor(empty.org_id), one.product_id, {"archived": True})
    record = await checked(hub, empty.org_id, "code\nBB-1\n")
    assert (record.new_products, record.preview[0]["product"]) == (["Admission"], "Admission")


async def test_a_product_of_a_file_is_not_sold_at_the_gate_until_an_administrator_says_so(hub: Hub, world: World):
    assert (await imported(hub, world, "code,product\nAA-1,Press\n"))["products_created"] == ["Press"]
    (product,) = (await list_products(hub.services, Actor(world.org_id), text="Press")).products
    assert not product.sold_at_door
    await change_product(hub.services, Actor(world.org_id), product.product_id, {"sold_at_door": True})
    await imported(hub, world, "code,product\nAA-2,Press\n")
    assert (await read_product(hub.services, Actor(world.org_id), product.product_id)).sold_at_door


async def test_what_headers_mean_can_be_said(hub: Hub, world: World):
    file = "Barcode number,Buyer,Ticket\nAA-1000,Ada,Adult\n"
    with pytest.raises(Refused):
        await imported(hub, world, file, columns={"Nothing": "code"})
    report = await imported(hub, world, file, columns={"Barcode number": "code", "Buyer": "name", "Ticket": "product"})
    assert (report["imported"], report["products_created"]) == (1, ["Adult"])
    assert (await read_ticket(hub.database, "customer_name", code="AA-1000"))["customer_name"] == "Ada"


async def test_a_workbook_is_imported_like_a_csv_file(hub: Hub, world: World):
    content = workbook([["Ticket code", "Name"], ["AA-1000", "王小明"], [1234567890123456, "Ben"], ["AA-1002", None]])
    report = await imported(hub, world, content, "tickets.xlsx")
    assert (report["imported"], report["sheet"]) == (2, "Sheet")
    assert [(wrong["line"], wrong["field"]) for wrong in report["errors"]] == [(3, "code")]


async def test_codes_of_another_organisation_are_neither_seen_nor_changed(hub: Hub, world: World):
    other = await World(hub).found()
    ticket = await other.ticket(customer_name="Ada")
    before = await read_ticket(hub.database, "customer_name", "version", "status", id=ticket.id)
    report = await imported(hub, world, f"code,name,status\n{ticket.code},Mallory,cancelled\n")
    assert (report["imported"], report["changed"], report["cancelled"], report["errors"]) == (1, 0, 0, [])
    assert await read_ticket(hub.database, "customer_name", "version", "status", id=ticket.id) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [("", "empty"), ("code,name\n", "no lines below"), ("name\nAda\n", "Choose the column"), ('code\n"X-1\n', "never closed"),
     ("code,code\nX-100,X-200\n", "Two columns")],
)  # fmt: skip
async def test_a_file_that_cannot_be_imported_is_refused_in_words_and_leaves_nothing(
    hub: Hub, world: World, content: str, words: str
):
    with pytest.raises(Refused) as refused:
        await imported(hub, world, content)
    assert words in str(refused.value.details.get("message") or refused.value.details["errors"])
    assert await list_imports(hub.services, Actor(world.org_id)) == ([], None)


async def test_an_import_is_one_row_of_the_log_without_names_and_codes(hub: Hub, world: World):
    await imported(hub, world, "code,name\nAA-1,Ada\nAA-2,\nxx,\n")
    (row,) = [row for row in await read_audit_log(hub.database) if row["action"] == "import.tickets"]
    assert row["after"] == {"tickets": 2, "changed": 0, "cancelled": 0, "unchanged": 0, "refused": 1}
