"""Alerts as the table holds them."""

from __future__ import annotations

from typing import Any

from tests.support.rows import count_rows, read_rows


async def read_alerts(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the alerts with these values: the named columns, or all."""
    return await read_rows(database, "alerts", *columns, order_by=order_by, **where)


async def count_alerts(database: Any, **where: Any) -> int:
    """Count the alerts with these values."""
    return await count_rows(database, "alerts", **where)
