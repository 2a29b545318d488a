"""The lean limit: a row's transaction on copies of the tables with the indexes that it needs itself, and no triggers.

What the hub reaches of it tells what the readers' indexes and the events of webhooks cost. `loadtests/index_cost.py` names each index.
"""

from __future__ import annotations

from urllib.parse import quote

import asyncpg

from loadtests.bench.bench import Bench
from loadtests.stock import id_of

SCHEMA = "lean"
_INDEXES = {
    "tickets": ("PRIMARY KEY (org_id, id)", "UNIQUE (code, org_id)"),
    "ticket_reservations": ("PRIMARY KEY (org_id, id)",),
    "reservation_slots": ("PRIMARY KEY (org_id, id)",),
    "scans": ("PRIMARY KEY (org_id, scan_id, mode)",),
    "mail_outbox": ("PRIMARY KEY (org_id, id)",),
}
_ONE_ACTIVE = "CREATE UNIQUE INDEX ON lean.ticket_reservations (ticket_id, org_id) WHERE holds_place"


async def lean_rate(bench: Bench, script: str, variables: dict[str, int], tickets: range, clients: int) -> float:
    """Return the transactions a second of a script on lean tables with these tickets and their reservations. The copies are dropped."""
    connection = bench.stock.connection
    await _copy(connection, bench.stock.org_id, tickets)
    address = bench.hub.database_url
    address += f"{'&' if '?' in address else '?'}options={quote(f'-csearch_path={SCHEMA}')}"
    try:
        result = await bench.pgbench(script, variables, tickets, clients, bench.seconds, database_url=address)
    finally:
        await connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    return result.tps


async def _copy(connection: asyncpg.Connection, org_id: int, tickets: range) -> None:
    await connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
    for table, keys in _INDEXES.items():
        await connection.execute(
            f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING IDENTITY)"
        )
        options = await connection.fetchval(
            "SELECT reloptions FROM pg_class WHERE oid = ('public.' || $1)::regclass", table
        )
        if options:
            await connection.execute(f"ALTER TABLE {SCHEMA}.{table} SET ({', '.join(options)})")
        for key in keys:
            await connection.execute(f"ALTER TABLE {SCHEMA}.{table} ADD {key}")
    await connection.execute(_ONE_ACTIVE)
    first, last = id_of(tickets.start), id_of(tickets.stop - 1)
    for table, condition in (
        ("tickets", f"id BETWEEN {first} AND {last}"),
        ("ticket_reservations", f"ticket_id BETWEEN {first} AND {last}"),
        ("reservation_slots", "true"),
    ):
        columns = await columns_of(connection, table)
        await connection.execute(
            f"INSERT INTO {SCHEMA}.{table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM public.{table}"  # noqa: S608
            f" WHERE org_id = {org_id} AND {condition}",
            timeout=300,
        )
    await connection.execute(f"ANALYZE {', '.join(f'{SCHEMA}.{table}' for table in _INDEXES)}")
    await connection.execute("CHECKPOINT")


async def columns_of(connection: asyncpg.Connection, table: str) -> str:
    """Return the columns of a table that a statement may write, as a list for SQL."""
    rows = await connection.fetch(
        "SELECT quote_ident(attname) AS name FROM pg_attribute WHERE attrelid = ('public.' || $1)::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        table,
    )
    return ", ".join(row["name"] for row in rows)
