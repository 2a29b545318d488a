"""What size costs: the processor time of scans and bookings, the pages of tables and indexes, and a day's retention."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from loadtests import cores
from loadtests.bench.b1_bookings_per_second import booking_requests, judge
from loadtests.bench.bench import OPERATORS, Bench, scanner
from loadtests.bench.http_load import closed_loop as book
from loadtests.bench.http_load import open_clients
from loadtests.bench.scan_load import ScanIds
from loadtests.bench.scan_load import closed_loop as scan

SOCKETS, CLIENTS = 32, 16
RETENTION_WITHIN = 900.0


@dataclass(frozen=True, slots=True)
class Rate:
    """Microseconds of Postgres and of the hub for one scan or booking, and the bytes that it added to Postgres's log."""

    done: int
    postgres: float
    hub: float
    wal_bytes: float
    wrong: list[str]


async def scans(bench: Bench, tickets: Sequence[int], seconds: float) -> Rate:
    """Let scanners verify these tickets for `seconds`."""
    sockets = [(await scanner(bench.hub, OPERATORS[n % len(OPERATORS)], f"growth-{n}"))[0] for n in range(SOCKETS)]
    before, wal = cores.Usage.now(bench.hub.pid), await _wal_bytes(bench)
    tally = await scan(sockets, tickets, seconds, ScanIds())
    used, written = cores.Usage.now(bench.hub.pid).since(before), await _wal_bytes(bench) - wal
    for socket in sockets:
        socket.close()
    done = max(len(tally.acknowledged), 1)
    return Rate(done, used.postgres / done * 1e6, used.hub / done * 1e6, written / done, tally.wrong[:3])


async def bookings(bench: Bench, slot: int, count: int) -> Rate:
    """Book so many tickets into one slot."""
    numbers = await bench.stock.activated(count)
    clients = await open_clients(bench.hub.url, CLIENTS)
    before, wal = cores.Usage.now(bench.hub.pid), await _wal_bytes(bench)
    tally = await book(clients, booking_requests(numbers, slot), judge)
    used, written = cores.Usage.now(bench.hub.pid).since(before), await _wal_bytes(bench) - wal
    for client in clients:
        client.close()
    done = max(tally.kinds["ok"], 1)
    return Rate(done, used.postgres / done * 1e6, used.hub / done * 1e6, written / done, tally.odd[:3])


async def _wal_bytes(bench: Bench) -> int:
    return int(
        await bench.stock.connection.fetchval("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
    )


async def sizes(bench: Bench) -> dict[str, dict[str, Any]]:
    """Return of each table its rows, its bytes, and those of its indexes with how often each was read."""
    connection = bench.stock.connection
    await connection.execute("SELECT pg_stat_force_next_flush()")
    tables = await connection.fetch(
        "SELECT c.relname, c.reltuples::bigint AS rows, pg_relation_size(c.oid) AS bytes, s.n_tup_upd AS updates, s.n_tup_hot_upd AS heap_only,"
        " c.reloptions FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid WHERE c.relnamespace = 'public'::regnamespace"
        " AND pg_relation_size(c.oid) > 1e6 ORDER BY 3 DESC"
    )
    indexes = await connection.fetch(
        "SELECT s.relname, s.indexrelname, s.idx_scan, pg_relation_size(s.indexrelid) AS bytes FROM pg_stat_user_indexes s ORDER BY 4 DESC"
    )
    return {
        table["relname"]: {
            **{name: table[name] for name in ("rows", "bytes", "updates", "heap_only")},
            "indexes": {
                row["indexrelname"]: {"reads": row["idx_scan"], "bytes": row["bytes"]}
                for row in indexes
                if row["relname"] == table["relname"]
            },
        }
        for table in tables
    }


async def retention(bench: Bench, first_day: date, days: int) -> dict[str, Any]:
    """Let the retention job erase the visits of the first `days` days, and return what it took. The job comes every ten minutes."""
    connection, org = bench.stock.connection, bench.stock.org_id
    left = "SELECT count(*) FROM reservation_slots WHERE org_id = $1 AND date < $2 AND contacts_erased_at IS NULL"
    last = date.fromordinal(first_day.toordinal() + days)
    waiting = slots = int(await connection.fetchval(left, org, last))
    people = await connection.fetchval(
        "SELECT sum(booked_count) FROM reservation_slots WHERE org_id = $1 AND date < $2", org, last
    )
    await connection.execute(
        "UPDATE organisations SET retention_days = $2 WHERE id = $1", org, (bench.today - last).days
    )
    deadline, began, before = time.monotonic() + RETENTION_WITHIN, 0.0, cores.Usage.now(bench.hub.pid)
    while waiting and time.monotonic() < deadline:
        if waiting == slots:
            began, before = time.perf_counter(), cores.Usage.now(bench.hub.pid)
        await asyncio.sleep(0.2)
        waiting = int(await connection.fetchval(left, org, last))
    taken, used = time.perf_counter() - began, cores.Usage.now(bench.hub.pid).since(before)
    await connection.execute("UPDATE organisations SET retention_days = NULL WHERE id = $1", org)
    return {
        "days": days,
        "slots": slots,
        "left": waiting,
        "people": people,
        "seconds": taken,
        "postgres_seconds": used.postgres,
        "hub_seconds": used.hub,
    }
