"""Closed slots, and who is to be asked to choose another time, as the tables hold them."""

from __future__ import annotations

from typing import Any

from tests.support.rows import count_rows, read_row


async def read_closure(database: Any, slot_id: int) -> Any:
    """Return how a slot was closed, or None."""
    return await read_row(database, "slot_closures", slot_id=slot_id)


async def count_notices(database: Any, **where: Any) -> int:
    """Count the parties that are not asked to choose yet."""
    return await count_rows(database, "closed_slot_notices", **where)
