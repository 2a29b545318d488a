"""How Postgres would run a statement, or has: plans, the pages they touch, and what the planner believes of a table."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from loadtests.growth.every_statement import PLAN_OF
from tests.support.owner import as_owner


async def plan_of(connection: Any, sql: str, *arguments: Any) -> list[Any]:
    """Return all nodes of the plan that a statement would get, the top one first."""
    return nodes_of(json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *arguments))[0]["Plan"])


def nodes_of(plan: Any) -> list[Any]:
    return [plan, *(node for part in plan.get("Plans", []) for node in nodes_of(part))]


async def generic_plan_of(connection: Any, sql: str) -> Any:
    """Return the plan that a statement gets whatever its values are."""
    await connection.execute(PLAN_OF)
    return json.loads(await connection.fetchval("SELECT pg_temp.plan_of($1)", sql))[0]["Plan"]


async def pages_touched(connection: Any, sql: str, *arguments: Any) -> int:
    """Return how many 8 kB pages a statement touches when it is run."""
    explained = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", *arguments)
    top = json.loads(explained)[0]["Plan"]
    return int(top["Shared Hit Blocks"] + top["Shared Read Blocks"])


@asynccontextmanager
async def planned(connection: Any, plan_cache_mode: str) -> AsyncIterator[None]:
    """Make a connection plan for each call (`force_custom_plan`) or once for all (`force_generic_plan`)."""
    await connection.execute(f"SET plan_cache_mode = {plan_cache_mode}")
    yield
    await connection.execute("RESET plan_cache_mode")


async def set_planner(connection: Any, name: str, value: str) -> None:
    """Let a connection plan as those of a pool do."""
    await connection.execute("SELECT set_config($1, $2, false)", name, value)


async def rule_out_seq_scans(transaction: Any) -> None:
    """Let the planner read a whole table only if it has no index, until the transaction ends."""
    await transaction.execute("SET LOCAL enable_seqscan = off")


async def seem_a_million(url: str, table: str) -> None:
    """Let the planner see a large table right after a bulk load: only its size is known."""
    connection = await asyncpg.connect(url)
    await connection.execute("SET allow_system_table_mods = on")
    await connection.execute("DELETE FROM pg_statistic WHERE starelid = $1::text::regclass", table)
    await connection.execute(
        "UPDATE pg_class SET reltuples = 1e6, relpages = pg_relation_size(oid) / 8192 WHERE oid = $1::text::regclass",
        table,
    )
    await connection.close()


async def seem_empty(connection: Any, table: str) -> None:
    """Let the planner see a table as ANALYZE leaves it in the middle of a load: pages, and no row."""
    await connection.execute("SET allow_system_table_mods = on")
    await connection.execute("UPDATE pg_class SET reltuples = 0, relpages = 500 WHERE oid = $1::text::regclass", table)


async def keep_from_autovacuum(database: Any, *tables: str, analysed: bool) -> None:
    """Let nobody but the hub gather statistics of these tables from now on. `analysed`: those of now are gathered."""
    async with as_owner(database) as owner:
        for table in tables:
            await owner.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
            if analysed:
                await owner.execute(f"ANALYZE {table}")


async def believed_rows(database: Any, table: str) -> int:
    """Return how many rows the planner believes that a table has; -1 if nobody has ever counted."""
    return int(await database.fetchval("SELECT reltuples FROM pg_class WHERE oid = $1::text::regclass", table))


async def times_read(connection: Any, index: str) -> int:
    """Return how often the statements of this connection and others that have ended have read an index."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    return int(
        await connection.fetchval(
            "SELECT coalesce(idx_scan, 0) FROM pg_stat_user_indexes WHERE indexrelname = $1", index
        )
    )


async def folded_in_postgres(connection: Any, names: list[str]) -> list[str]:
    """Return names as the index of names has them."""
    sql = "SELECT folded_name(name) AS name FROM unnest($1::text[]) WITH ORDINALITY AS a (name, n) ORDER BY n"
    return [row["name"] for row in await connection.fetch(sql, names)]
