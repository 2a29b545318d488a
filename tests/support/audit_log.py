"""The audit log as tests read it."""

from __future__ import annotations

from typing import Any

import orjson


async def read_audit_log(database: Any) -> list[dict[str, Any]]:
    """Return all rows, oldest first, with `before` and `after` as mappings."""
    rows = [dict(row) for row in await database.fetch("SELECT * FROM audit_log ORDER BY id")]
    for row in rows:
        row["before"], row["after"] = (
            None if row[name] is None else orjson.loads(row[name]) for name in ("before", "after")
        )
    return rows


async def edit_audit_log(database: Any, *, delete: bool = False) -> None:
    """Try to change history."""
    await database.execute("DELETE FROM audit_log" if delete else "UPDATE audit_log SET staff_name = 'nobody'")
