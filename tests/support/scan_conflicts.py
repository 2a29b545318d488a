"""Conflicts that uploads of offline scans left."""

from __future__ import annotations

from typing import Any

from tests.support.rows import change_rows, count_rows, read_row, read_rows


async def read_conflict(database: Any, *columns: str, **where: Any) -> Any:
    """Return the conflict with these values: the named columns, or all."""
    return await read_row(database, "scan_conflicts", *columns, **where)


async def read_conflicts(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the conflicts with these values: the named columns, or all."""
    return await read_rows(database, "scan_conflicts", *columns, order_by=order_by, **where)


async def count_conflicts(database: Any, **where: Any) -> int:
    """Count the conflicts with these values."""
    return await count_rows(database, "scan_conflicts", **where)


async def change_conflicts(database: Any, **columns: Any) -> None:
    """Set columns of all conflicts."""
    await change_rows(database, "scan_conflicts", {}, **columns)
