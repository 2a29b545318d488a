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


EDITS = {
    "update": "UPDATE audit_log SET staff_name = 'nobody'",
    "delete": "DELETE FROM audit_log",
    "truncate": "TRUNCATE audit_log",
}


async def edit_audit_log(database: Any, how: str) -> None:
    """Try to change history: `update`, `delete` or `truncate`."""
    await database.execute(EDITS[how])
