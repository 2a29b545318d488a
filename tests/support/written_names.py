"""Names as people wrote them: of staff, visitors, guests, venues, gates and scanners."""

from __future__ import annotations

from typing import Any

_PLACES = (
    ("staff", "name"),
    ("organisations", "name"),
    ("venues", "name"),
    ("gates", "name"),
    ("scans", "gate"),
    ("scanners", "name"),
    ("guests", "name"),
    ("bookings", "name"),
    ("tickets", "customer_name"),
    ("orders", "customer_name"),
)


async def read_written_names(database: Any) -> set[str]:
    """Return every name that is stored."""
    union = " UNION ".join(f"SELECT {column} FROM {table}" for table, column in _PLACES)
    return {row[0] for row in await database.fetch(f"SELECT * FROM ({union}) AS names (name) WHERE name <> ''")}
