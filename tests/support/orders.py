"""What tickets were bought as: orders, and the products they are tickets of."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from hub.rules.ticket_code import new_code
from tests.support.rows import add_row, change_rows, count_rows, read_row, read_rows
from tests.support.world import NOON, World


async def read_order(database: Any, *columns: str, **where: Any) -> Any:
    """Return the order with these values: the named columns, or all."""
    return await read_row(database, "orders", *columns, **where)


async def count_orders(database: Any, **where: Any) -> int:
    """Count the orders with these values."""
    return await count_rows(database, "orders", **where)


async def change_order(database: Any, order_id: int, **columns: Any) -> None:
    """Set columns of one order."""
    await change_rows(database, "orders", {"id": order_id}, **columns)


async def change_orders(database: Any, **columns: Any) -> None:
    """Set columns of all orders."""
    await change_rows(database, "orders", {}, **columns)


async def change_products(database: Any, **columns: Any) -> None:
    """Set columns of all products."""
    await change_rows(database, "products", {}, **columns)


async def read_orders(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the orders with these values: the named columns, or all."""
    return await read_rows(database, "orders", *columns, order_by=order_by, **where)


async def add_product(database: Any, **columns: Any) -> int:
    """Add a product. Return its id."""
    return int((await add_row(database, "products", **columns))["id"])


async def add_sold_order(
    world: World, *statuses: str, email: str | None, paid_at: datetime = NOON, venue_id: int | None = None
) -> tuple[int, list[int]]:
    """Add a paid order with tickets of these statuses, valid at one venue or at every one. Return its id and those of its tickets."""
    database = world.hub.database
    order_id = int(
        (await add_row(database, "orders", org_id=world.org_id, status="PAID", paid_at=paid_at, customer_email=email))[
            "id"
        ]
    )
    product_id = await add_product(database, org_id=world.org_id, name="Day ticket", venue_id=venue_id)
    tickets = [
        await add_row(
            database, "tickets", org_id=world.org_id, code=new_code(2026, secrets.randbelow), order_id=order_id, product_id=product_id,
            status=status,
        )
        for status in statuses
    ]  # fmt: skip
    return order_id, [ticket["id"] for ticket in tickets]
