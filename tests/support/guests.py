"""Guests as the table holds them."""

from __future__ import annotations

from typing import Any

from tests.support.rows import count_rows, read_rows


async def read_guests(database: Any, *columns: str, order_by: str = "id", **where: Any) -> list[Any]:
    """Return the guests with these values: the named columns, or all."""
    return await read_rows(database, "guests", *columns, order_by=order_by, **where)


async def count_guests(database: Any, **where: Any) -> int:
    """Count the guests with these values."""
    return await count_rows(database, "guests", **where)
