"""Tickets from a file: which address an order of several rows has."""

from __future__ import annotations

import pytest

from hub.actions.tickets.import_csv import import_csv
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.orders import read_orders
from tests.support.tickets import read_ticket
from tests.support.world import World


async def test_an_imported_order_has_an_address_where_all_its_rows_agree(hub: Hub, world: World):
    """The address opens every code of the order, so rows with different addresses must not share one."""
    file = (
        "code,order,email\nAA-1,one,mary@example.com\nAA-2,one,mary@example.com\nBB-1,two,mary@example.com\n"
        "BB-2,two,john@example.com\nCC-1,three,mary@example.com\nCC-2,three,\nDD-1,,mary@example.com\n"
    )
    await import_csv(hub.services, file.encode())
    rows = await read_orders(hub.database, "reference", "customer_email")
    known = {row["reference"]: row["customer_email"] for row in rows if row["reference"] is not None}
    assert {name: known[name] for name in ("one", "two", "three")} == {
        "one": "mary@example.com",
        "two": None,
        "three": None,
    }
    assert [email for name, email in known.items() if name not in ("one", "two", "three")] == [None]


async def test_a_column_that_is_not_used_is_named_and_stops_an_import_of_all_or_nothing(hub: Hub, world: World):
    file = b"code,E-Mail,Seat\nAA-1,mary@example.com,B12\n"
    refused = await import_csv(hub.services, file, all_or_nothing=True)
    assert (refused["imported"], refused["unused_columns"]) == (0, ["Seat"])
    assert [(wrong["line"], wrong["message"]) for wrong in refused["errors"]] == [(1, "column not used: Seat")]
    report = await import_csv(hub.services, file)
    assert (report["imported"], report["errors"], report["unused_columns"]) == (1, [], ["Seat"])
    assert (await read_ticket(hub.database, "customer_email", code="AA-1"))["customer_email"] == "mary@example.com"


async def test_nothing_is_stored_of_a_file_whose_encoding_is_not_sure_until_it_is_named(hub: Hub, world: World):
    file = "code;name\nDT-1000;Müller Jörg\n".encode("windows-1252")
    with pytest.raises(Refused):
        await import_csv(hub.services, file)
    assert (await import_csv(hub.services, file, encoding="windows-1252"))["imported"] == 1
    assert (await read_ticket(hub.database, "customer_name", code="DT-1000"))["customer_name"] == "Müller Jörg"
