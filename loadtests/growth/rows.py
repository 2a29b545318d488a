"""Writes the rows of a large hub, in batches, with progress and a look at the disk before each.

Secondary indexes are dropped before and made again afterwards, which is an eighth of the work. Triggers and foreign keys rest meanwhile.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import asyncpg

from loadtests.stock import CODE_SQL, FIRST_ID, Stock

SQL = Path(__file__).parents[1] / "sql" / "growth_rows.sql"
DAYS, PAST_DAYS, SLOTS_A_DAY = 90, 60, 10
AT_ONCE = 250_000
TICKET_BYTES, SCAN_BYTES = 2_600, 1_100
"""Of disk, with indexes, log and whatever a rebuilt index needs meanwhile: for a ticket with reservation, e-mail and check, and for a scan."""
LEAST_FREE = 8 * 10**9
TABLES = ("orders", "tickets", "ticket_reservations", "mail_outbox", "ticket_checks", "scans", "audit_log")
FIRST_ORDER, FIRST_RESERVATION = 10_000_000, 10_000_000
FASTER = (
    "SET synchronous_commit = off; SET session_replication_role = replica; SET maintenance_work_mem = '1GB';"
    " SET max_parallel_maintenance_workers = 2; SET jit = off"
)


class TooLarge(RuntimeError):
    """The disk has no room for so many rows."""


@dataclass(frozen=True, slots=True)
class Size:
    """So many tickets, of which all but a twentieth are booked, and so many scans of those of the first 60 days."""

    tickets: int
    scans: int

    def __post_init__(self) -> None:
        if self.tickets % 900 or self.tickets < 900:
            raise ValueError("the tickets must be a multiple of 900: ten slots on each of 90 days")

    @property
    def needs_bytes(self) -> int:
        return self.tickets * TICKET_BYTES + self.scans * SCAN_BYTES

    @property
    def rows(self) -> dict[str, int]:
        return {
            **dict.fromkeys(TABLES, self.tickets),
            "orders": self.tickets // 5,
            "scans": self.scans,
            "audit_log": max(self.scans // 100, 1),
        }


@dataclass(frozen=True, slots=True)
class Grown:
    """What was written: the number of the first ticket, the first day, and the seconds of each step."""

    size: Size
    first_number: int
    first_day: date
    seconds: dict[str, float]

    def numbers_of(self, day: date, hour: int) -> range:
        """Return the numbers of the tickets of one slot, the one that begins at `hour`. Those of today are all booked."""
        block, within = divmod((day - self.first_day).days * SLOTS_A_DAY + hour - 12, 300)
        third = self.size.tickets // 3
        return range(self.first_number + block * third + within, self.first_number + (block + 1) * third, 300)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def check_disk(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + LEAST_FREE:
        raise TooLarge(
            f"{free / 1e9:.0f} GB are free, {(needed + LEAST_FREE) / 1e9:.0f} GB are needed with a reserve of 8"
        )


class Loader:
    """Writes the rows of one size into a hub's tables."""

    def __init__(self, stock: Stock, today: date, folder: Path, size: Size) -> None:
        self._stock = stock
        self._connection = stock.connection
        self._folder = folder
        self._size = size
        self._first_day = today - timedelta(days=PAST_DAYS)
        self._first_number = stock.take_numbers(size.tickets).start
        self._seconds: dict[str, float] = {}
        self._steps = _steps()

    async def load(self) -> Grown:
        """Write everything. No statistics are gathered: the planner knows as much as after any bulk load."""
        check_disk(self._folder, self._size.needs_bytes)
        await self._connection.execute(FASTER)
        for table in TABLES:
            await self._connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        await self._timed("slots", self._connection.execute(self._filled("slots"), timeout=300))
        for table, rows in self._size.rows.items():
            await self._fill(table, rows)
        await self._timed("counts", self._connection.execute(self._filled("counts"), timeout=3600))
        await self._connection.execute("RESET ALL")
        return Grown(self._size, self._first_number, self._first_day, self._seconds)

    async def settle(self) -> float:
        """Vacuum, analyse, and let autovacuum come again. Return the seconds that it took."""
        began = time.perf_counter()
        for table in TABLES:
            await self._connection.execute(f"VACUUM (ANALYZE) {table}", timeout=3600)
            await self._connection.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")
        await self._connection.execute("ANALYZE", timeout=3600)
        return time.perf_counter() - began

    async def _fill(self, table: str, rows: int) -> None:
        indexes = await _drop_indexes(self._connection, table)
        began = time.perf_counter()
        for first in range(0, rows, AT_ONCE):
            check_disk(self._folder, 0)
            last = min(first + AT_ONCE, rows) - 1
            await self._connection.execute(self._filled(table, first, last), timeout=600)
            taken = time.perf_counter() - began
            say(f"{table:<20}{last + 1:>12,} of {rows:,}, {(last + 1) / taken:>10,.0f} a second")
            await asyncio.sleep(0)
        self._seconds[table] = time.perf_counter() - began
        for statement in indexes:
            check_disk(self._folder, 0)
            await self._timed(f"indexes of {table}", self._connection.execute(statement, timeout=3600))
            say(f"{table:<20}{statement[:90]}")

    def _filled(self, step: str, first: int = 0, last: int = 0) -> str:
        size = self._size
        words = {
            ":code_of_ticket": CODE_SQL.format(n=f"({self._first_number} + ticket_m)"),
            ":code": CODE_SQL.format(n=f"({self._first_number} + m)"),
            ":org": self._stock.org_id, ":venue": self._stock.venue_id, ":product": self._stock.product_id,
            ":first_id": FIRST_ID, ":first_number": self._first_number, ":first_order": FIRST_ORDER,
            ":first_reservation": FIRST_RESERVATION, ":first_day": self._first_day.isoformat(), ":tickets": size.tickets,
            ":scans": size.scans, ":orders": size.rows["orders"], ":audited": size.rows["audit_log"], ":from": first, ":to": last,
        }  # fmt: skip
        return re.sub(r"(?<!:):[a-z_]+", lambda found: str(words[found[0]]), self._steps[step])

    async def _timed(self, name: str, running: object) -> None:
        began = time.perf_counter()
        await running  # type: ignore[misc]
        self._seconds[name] = self._seconds.get(name, 0.0) + time.perf_counter() - began


def _steps() -> dict[str, str]:
    pieces = re.split(r"^-- name: (\w+)\s*$", SQL.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(pieces[0::2], pieces[1::2], strict=True))


async def _drop_indexes(connection: asyncpg.Connection, table: str) -> list[str]:
    """Drop the indexes of a table that it can do without, and return the statements that make them again."""
    rows = await connection.fetch(
        "SELECT c.relname AS name, pg_get_indexdef(c.oid) AS made, con.contype::text AS constrained, pg_get_constraintdef(con.oid) AS says,"
        " EXISTS (SELECT FROM pg_constraint f WHERE f.confrelid = x.indrelid AND f.conindid = c.oid AND f.contype = 'f') AS named"
        " FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid"
        " LEFT JOIN pg_constraint con ON con.conindid = c.oid AND con.conrelid = x.indrelid WHERE x.indrelid = $1::text::regclass",
        table,
    )
    again = []
    for row in rows:
        if row["constrained"] is None:
            await connection.execute(f"DROP INDEX {row['name']}")
            again.append(row["made"])
        elif table == "scans":  # its ids are random, and nothing refers to it
            await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {row['name']}")
            again.append(f"ALTER TABLE {table} ADD CONSTRAINT {row['name']} {row['says']}")
    return again
