"""Disputes at the entrance as the table holds them."""

from __future__ import annotations

from typing import Any

from tests.support.rows import count_rows, read_row


async def read_dispute(database: Any, *columns: str, **where: Any) -> Any:
    """Return the dispute with these values: the named columns, or all."""
    return await read_row(database, "disputes", *columns, **where)


async def count_disputes(database: Any, **where: Any) -> int:
    """Count the disputes with these values."""
    return await count_rows(database, "disputes", **where)
