"""The audit log as tests read it."""

from __future__ import annotations

from typing import Any

import orjson

from tests.support.world import NOON


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


async def add_entries(world: Any, count: int, **columns: Any) -> None:
    """Add changes of rooms, one a minute up to noon, the newest with the id 1."""
    values = {"staff_id": 7, "staff_name": "Ada Rossi", "source": "page", "action": "room.changed", **columns}
    assert all(name.isidentifier() for name in values)
    places = ", ".join(f"${n}" for n in range(4, 4 + len(values)))
    await world.hub.database.execute(
        f"INSERT INTO audit_log (org_id, at, subject_id, after, {', '.join(values)})"
        f" SELECT $1, $2::timestamptz - n * interval '1 minute', n::text, jsonb_build_object('capacity', n), {places}"
        " FROM generate_series(1, $3::integer) n",
        world.org_id, NOON, count, *values.values(),
    )  # fmt: skip
