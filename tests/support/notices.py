"""What staff are told: notices, and alarms of one ticket shown twice."""

from __future__ import annotations

import json
from typing import Any

from tests.support.rows import count_rows, read_rows


async def read_notices(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the notices with these values: the named columns, or all."""
    return await read_rows(database, "notices", *columns, order_by=order_by, **where)


async def drop_notices(database: Any) -> None:
    """Delete all notices, as if they were a day old."""
    await database.execute("DELETE FROM notices")


async def count_notices(database: Any, **where: Any) -> int:
    """Count the notices with these values."""
    return await count_rows(database, "notices", **where)


async def count_alarms(database: Any, **where: Any) -> int:
    """Count the alarms with these values."""
    return await count_rows(database, "duplicate_alarms", **where)


async def count_acknowledgements(database: Any, **where: Any) -> int:
    """Count the acknowledged alarms with these values."""
    return await count_rows(database, "alarm_acknowledgements", **where)


async def read_notice_counts(database: Any) -> list[int]:
    """Return the counts of all notices that have one."""
    all_data = [json.loads(row["data"]) for row in await read_notices(database, "data")]
    return [int(data["count"]) for data in all_data if data.get("count") is not None]
