"""Products as the tables hold them; a hub keeps what it has read of one until its cache forgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.support.rows import add_row, change_rows, read_row, read_rows
from tests.support.tickets import change_ticket
from tests.support.world import Ticket, World


async def add_product(world: World, name: str, *, gates: Sequence[str] = (), **columns: Any) -> int:
    """Add a product whose tickets enter by these gates of this world's venue. Gates that are missing are made."""
    database, org_id, venue_id = world.hub.database, world.org_id, world.venue_id
    product = await add_row(database, "products", org_id=org_id, name=name, **columns)
    for gate in gates:
        known = await read_row(database, "gates", "id", venue_id=venue_id, name=gate)
        known = known or await add_row(database, "gates", org_id=org_id, venue_id=venue_id, name=gate)
        await add_row(database, "product_gates", org_id=org_id, product_id=product["id"], gate_id=known["id"])
    world.hub.services.products.forget()
    return int(product["id"])


async def overwrite_product(world: World, product_id: int, **columns: Any) -> None:
    """Set columns of one product, bypassing the rules of the hub."""
    await change_rows(world.hub.database, "products", {"id": product_id}, **columns)
    world.hub.services.products.forget()


async def read_products(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the products with these values: the named columns, or all."""
    return await read_rows(database, "products", *columns, order_by=order_by, **where)


async def reserved_of(world: World, slot_id: int, product_id: int) -> Ticket:
    """Return a ticket of this product with a reservation."""
    (ticket,) = await world.fill(slot_id, 1)
    await change_ticket(world.hub.database, ticket.id, product_id=product_id)
    return ticket
