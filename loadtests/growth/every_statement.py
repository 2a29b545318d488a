"""The plan that every statement of the hub gets, run or not, by the text in `db/queries`: which index serves it, and what it reads whole."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg

from loadtests.growth.recorded import accesses_of, reads_whole, statement_names
from loadtests.growth.rows import TABLES

STEADY = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "enable_memoize", "enable_bitmapscan")
"""What the pools for scans, bookings and records switch off."""

PASSING = ("mail_outbox_due", "mail_outbox_unsent", "scans_undone_once")
"""Indexes of rows that wait, have failed or were undone, which are few in tables of any size."""
PLAN_OF = (
    "CREATE OR REPLACE FUNCTION pg_temp.plan_of(statement text) RETURNS text LANGUAGE plpgsql AS"
    " $$ DECLARE plan json; BEGIN EXECUTE 'EXPLAIN (GENERIC_PLAN, FORMAT JSON) ' || statement INTO plan; RETURN plan; END $$"
)
"""A statement has places for values, which EXPLAIN alone would ask for."""


async def plans(connection: asyncpg.Connection, switched_off: tuple[str, ...] = ()) -> AsyncIterator[tuple[str, Any]]:
    """Yield each statement's name and the plan that it gets whatever its values are."""
    async with connection.transaction():
        await connection.execute(PLAN_OF)
        for name in switched_off:
            await connection.execute(f"SET LOCAL {name} = off")
        for text, name in statement_names().items():
            if not re.search(r"^SET LOCAL", text, re.MULTILINE):
                explained = await connection.fetchval("SELECT pg_temp.plan_of($1)", text)
                yield name, json.loads(explained)[0]["Plan"]


async def readers_of_indexes(connection: asyncpg.Connection) -> Mapping[str, set[str]]:
    """Return the statements that read an index, by index: as the steady pools plan, and as the others do."""
    readers: dict[str, set[str]] = defaultdict(set)
    for switched_off in ((), STEADY):
        async for name, plan in plans(connection, switched_off):
            for access, _ in accesses_of(plan):
                if access.index:
                    readers[access.index].add(name)
    return readers


async def whole_reads(connection: asyncpg.Connection, switched_off: tuple[str, ...] = ()) -> dict[str, set[str]]:
    """Return which statements read a large table, or an organisation's part of it, as far as it goes, and how.

    `switched_off` are settings of the planner, such as those of a pool.
    """
    found: dict[str, set[str]] = defaultdict(set)
    async for name, plan in plans(connection, switched_off):
        for access, node in accesses_of(plan):
            if access.table in TABLES and access.index not in PASSING and reads_whole(node):
                found[name].add(str(access))
    return dict(found)
