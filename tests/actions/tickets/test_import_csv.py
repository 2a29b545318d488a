"""Tickets from a file: which address an order of several rows has."""

from __future__ import annotations

from hub.actions.tickets.import_csv import import_csv
from tests.support.hub import Hub
from tests.support.orders import read_orders
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
