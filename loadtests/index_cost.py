"""`python -m loadtests.index_cost`: what each index costs a scan and a booking, in microseconds of Postgres.

A hub takes real scans and bookings over sockets and HTTP. Their rows, in the order in which they came, then go into a copy of each
table, in batches as the hub writes them: with all indexes, and without each of them in turn. The difference is what the index costs a
row. The processor time of the one server process counts, so other work on the machine hardly changes it.

An update of a ticket, a reservation or a slot touches no index while it is a heap-only one. The share of those is printed as well.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import psutil  # type: ignore[import-untyped]  # its stubs are one package more
import uvloop

from loadtests.bench.b1_bookings_per_second import booking_requests, judge
from loadtests.bench.bench import OPERATORS, Bench, scanner
from loadtests.bench.http_load import closed_loop as book
from loadtests.bench.http_load import open_clients
from loadtests.bench.lean import columns_of
from loadtests.bench.scan_load import ScanIds
from loadtests.bench.scan_load import closed_loop as scan
from loadtests.own_hub import OwnHub

BATCH = 32
TABLES = {"scans": "a scan", "ticket_reservations": "a booking", "mail_outbox": "a booking"}
UPDATED = ("tickets", "ticket_reservations", "reservation_slots", "mail_outbox")


@dataclass(frozen=True, slots=True)
class IndexCost:
    """`microseconds` of Postgres a row: the median of the repetitions, beside their lowest and highest."""

    table: str
    index: str
    definition: str
    microseconds: float
    lowest: float
    highest: float


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def make_rows(bench: Bench, seconds: float) -> None:
    """Let the hub scan and book for `seconds` each."""
    slots = await bench.slots_for(bench.today)
    tickets = await bench.stock.reserved(int(12_000 * seconds), slots)
    sockets = [(await scanner(bench.hub, OPERATORS[n % len(OPERATORS)], f"index-{n}"))[0] for n in range(64)]
    tally = await scan(sockets, tickets, seconds, ScanIds())
    for socket in sockets:
        socket.close()
    if tally.wrong:
        raise RuntimeError(f"a scan was not GREEN VERIFIED: {tally.wrong[0]}")
    [slot, *_] = await bench.slots_for(bench.today + timedelta(days=1), capacity=1_000_000)
    clients = await open_clients(bench.hub.url, 64)
    wanted = await bench.stock.activated(int(5_000 * seconds))
    booked = await book(clients, booking_requests(wanted, slot), judge, seconds=seconds)
    for client in clients:
        client.close()
    say(f"{len(tally.acknowledged):,} scans and {booked.kinds['ok']:,} bookings by the hub")


async def indexes_of(connection: asyncpg.Connection, table: str) -> dict[str, str]:
    """Return the statements that create the indexes of a table on its copy, by name, the primary key first."""
    rows = await connection.fetch(
        "SELECT c.relname AS name, pg_get_indexdef(c.oid) AS definition FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid"
        " WHERE x.indrelid = ('public.' || $1)::regclass ORDER BY x.indisprimary DESC, c.relname",
        table,
    )
    return {row["name"]: row["definition"].replace(f" ON public.{table} ", f" ON copies.{table} ") for row in rows}


class Copies:
    """Copies of the hub's tables, and the one connection that writes them, whose processor time is read."""

    def __init__(self, connection: asyncpg.Connection, process: psutil.Process) -> None:
        self._connection = connection
        self._process = process

    @classmethod
    async def open(cls, hub: OwnHub) -> Copies:
        connection = await asyncpg.connect(hub.database_url, timeout=60, command_timeout=600)
        await connection.execute("CREATE SCHEMA IF NOT EXISTS copies; SET synchronous_commit = off")
        return cls(connection, await _busy_process(connection, hub.pid))

    async def costs(self, table: str, repetitions: int) -> list[IndexCost]:
        """Return what each index of a table costs a row, the most expensive first, after the row with its primary key alone."""
        run = self._connection.execute
        await run(f"DROP TABLE IF EXISTS copies.{table}, copies.rows")
        await run(f"CREATE TABLE copies.{table} (LIKE public.{table} INCLUDING ALL EXCLUDING INDEXES)")
        await run(f"ALTER TABLE copies.{table} SET (autovacuum_enabled = off)")
        await run(
            f"CREATE TABLE copies.rows AS SELECT row_number() OVER (ORDER BY ctid) AS row_number, t.* FROM public.{table} t"  # noqa: S608
        )
        await run("CREATE INDEX ON copies.rows (row_number); ANALYZE copies.rows")
        indexes = await indexes_of(self._connection, table)
        primary, *names = indexes
        found: dict[str, list[float]] = {primary: [], **{name: [] for name in names}}
        for _ in range(repetitions):
            found[primary].append(await self._microseconds(table, indexes, without=names))
            for name in names:
                whole = await self._microseconds(table, indexes, without=())
                found[name].append(whole - await self._microseconds(table, indexes, without=(name,)))
        costs = [
            IndexCost(table, name, indexes[name].partition(" USING ")[2], statistics.median(each), min(each), max(each))
            for name, each in found.items()
        ]
        return sorted(costs, key=lambda one: (one.index != primary, -one.microseconds))

    async def _microseconds(self, table: str, indexes: Mapping[str, str], without: Sequence[str]) -> float:
        """Fill half of a copy, write the other half in batches, and return the processor time of one of its rows."""
        run = self._connection.execute
        await run(f"TRUNCATE copies.{table}")
        for name in indexes:
            await run(f"DROP INDEX IF EXISTS copies.{name}")
        columns = await columns_of(self._connection, table)
        insert = f"INSERT INTO copies.{table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM copies.rows"  # noqa: S608
        rows = int(await self._connection.fetchval("SELECT count(*) FROM copies.rows"))
        half = rows // 2
        await run(f"{insert} WHERE row_number <= {half} ORDER BY row_number")
        for name, definition in indexes.items():
            if name not in without:
                await run(definition)
        await run(f"ANALYZE copies.{table}; CHECKPOINT")
        before = self._seconds()
        await run(
            f"DO $$ BEGIN FOR place IN {half + 1} .. {rows} BY {BATCH} LOOP {insert} WHERE row_number BETWEEN place"
            f" AND place + {BATCH - 1} ORDER BY row_number; END LOOP; END $$"
        )
        return (self._seconds() - before) / (rows - half) * 1e6

    def _seconds(self) -> float:
        """Return the processor time of the server process. Linux counts it in nanoseconds; `cpu_times` in hundredths of a second."""
        return int(Path(f"/proc/{self._process.pid}/schedstat").read_text().split()[0]) / 1e9

    async def share_of_heap_only(self, table: str) -> tuple[int, float]:
        """Return how many rows of a table the hub has updated, and the share of heap-only updates."""
        row = await self._connection.fetchrow(
            "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE schemaname = 'public' AND relname = $1",
            table,
        )
        assert row is not None
        return row["n_tup_upd"], row["n_tup_hot_upd"] / max(row["n_tup_upd"], 1)

    async def close(self) -> None:
        await self._connection.execute("DROP SCHEMA copies CASCADE")
        await self._connection.close()


async def _busy_process(connection: asyncpg.Connection, hub_pid: int) -> psutil.Process:
    """Return the server process of a connection: the one that works while it counts. Its pid may be that of a namespace of its own."""
    processes = [
        one for one in psutil.Process(hub_pid).children(recursive=True) if one.name().lower().startswith("postgres")
    ]
    before = {one.pid: sum(one.cpu_times()[:2]) for one in processes}
    await connection.fetchval("SELECT count(*) FROM generate_series(1, 5000000)")
    return max(processes, key=lambda one: sum(one.cpu_times()[:2]) - before[one.pid])


async def measure(hub: OwnHub, seconds: float, repetitions: int) -> dict[str, Any]:
    bench = await Bench.open(hub, quick=False)
    await make_rows(bench, seconds)
    await bench.stock.settle()
    copies = await Copies.open(hub)
    found: dict[str, Any] = {"indexes": [], "heap_only": {}}
    try:
        for table in UPDATED:
            updated, share = await copies.share_of_heap_only(table)
            found["heap_only"][table] = {"updated": updated, "share": share}
            print(f"{table:<22}{updated:>9,} updates, heap-only {share:.1%}")
        for table, unit in TABLES.items():
            say(f"{table} ...")
            print(f"\n{table}: microseconds of Postgres for {unit}")
            for cost in await copies.costs(table, repetitions):
                found["indexes"].append({name: getattr(cost, name) for name in cost.__slots__})
                spread = f"({cost.lowest:.2f} to {cost.highest:.2f})"
                print(f"{cost.microseconds:7.2f} {spread:<18} {cost.index}: {cost.definition}")
    finally:
        await copies.close()
        await bench.stock.close()
    return found


def run(arguments: argparse.Namespace) -> int:
    with OwnHub() as hub:
        found = uvloop.run(measure(hub, 2.0 if arguments.quick else 12.0, 1 if arguments.quick else 3))
    if arguments.json:
        arguments.json.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measures what each index of the hot tables costs.")
    parser.add_argument("--quick", action="store_true", help="one small round: a check that it runs, not a figure")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    sys.exit(run(parser.parse_args()))
