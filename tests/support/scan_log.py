"""The scan log as the table holds it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tests.support.owner import as_owner
from tests.support.rows import add_row, change_rows, count_rows, delete_rows, read_row, read_rows
from tests.support.world import NOON, World


async def read_scan(database: Any, *columns: str, **where: Any) -> Any:
    """Return the logged scan with these values: the named columns, or all."""
    return await read_row(database, "scans", *columns, **where)


async def read_scans(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the logged scans with these values: the named columns, or all."""
    return await read_rows(database, "scans", *columns, order_by=order_by, **where)


async def count_scans(database: Any, **where: Any) -> int:
    """Count the logged scans with these values."""
    return await count_rows(database, "scans", **where)


async def count_entries(database: Any) -> int:
    """Count the logged scans that let somebody in."""
    return await count_scans(database, entered=True)


async def count_scan_ids(database: Any, **where: Any) -> int:
    """Count the scan ids. An entry has two logged scans with one id: its validation and its entry."""
    return len({row["scan_id"] for row in await read_scans(database, "scan_id", **where)})


async def delete_scans(database: Any, **where: Any) -> None:
    """Delete the logged scans with these values."""
    await delete_rows(database, "scans", **where)


async def change_scan(database: Any, scan_id: UUID, **columns: Any) -> None:
    """Set columns of all rows of one scan."""
    await change_rows(database, "scans", {"scan_id": scan_id}, **columns)


async def log_at_one_moment(database: Any) -> None:
    """Move all scans to the moment of the first, as if one transaction had logged them."""
    await database.execute("UPDATE scans SET logged_at = (SELECT min(logged_at) FROM scans)")


async def log_scans(world: World, count: int) -> None:
    """Log scans of seven operators at five gates, one a second up to noon. Every tenth is refused."""
    await world.hub.database.execute(
        "INSERT INTO scans (org_id, scan_id, venue_id, operator_id, mode, source, gate, code, result, reason, scanned_at,"
        " logged_at) SELECT $1, gen_random_uuid(), $2, 1 + n % 7, 'verify', 'socket', 'G' || n % 5, 'C' || n % 1000,"
        " CASE WHEN n % 10 = 0 THEN 'RED' ELSE 'GREEN' END, CASE WHEN n % 10 = 0 THEN 'WRONG_DATE' ELSE 'VERIFIED' END,"
        " $3::timestamptz - n * interval '1 second', $3::timestamptz - n * interval '1 second'"
        " FROM generate_series(1, $4::integer) n",
        world.org_id, world.venue_id, NOON, count,
    )  # fmt: skip
    async with as_owner(world.hub.database) as owner:
        await owner.execute("ANALYZE scans")


async def log_unknown_codes(world: World, count: int, until: datetime = NOON) -> None:
    """Log scans of unknown codes at gate A, one a second up to a time."""
    await world.hub.database.execute(
        "INSERT INTO scans (org_id, scan_id, venue_id, operator_id, mode, source, gate, code, result, reason, scanned_at,"
        " logged_at) SELECT $1, gen_random_uuid(), $2, 1, 'verify', 'socket', 'A', 'C' || n, 'RED', 'TICKET_NOT_FOUND',"
        " $3::timestamptz - n * interval '1 second', $3::timestamptz - n * interval '1 second'"
        " FROM generate_series(1, $4::integer) n",
        world.org_id, world.venue_id, until, count,
    )  # fmt: skip


async def log_scan(world: World, logged_at: datetime, **columns: Any) -> None:
    """Log one scan of the first member of staff."""
    await add_row(
        world.hub.database, "scans", org_id=world.org_id, scan_id=uuid4(), venue_id=world.venue_id, operator_id=1,
        logged_at=logged_at, **columns,
    )  # fmt: skip


async def log_verify(transaction: Any, world: World, scan_id: UUID) -> None:
    """Log a refused scan with this id in a transaction of the test."""
    await add_row(
        transaction, "scans", org_id=world.org_id, scan_id=scan_id, venue_id=world.venue_id, operator_id=1, mode="verify",
        source="socket", code="TKT-UNKNOWN", result="RED", reason="TICKET_NOT_FOUND", scanned_at=NOON, logged_at=NOON,
    )  # fmt: skip
