"""Databases, users and roles of the test server, and how the pools switch between organisations."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from db.connection import Connection
from db.migrate import migrate
from db.statements import all_statements
from tests.support.plans import nodes_of


async def add_two_organisations(database: Any) -> tuple[int, int]:
    """Add two organisations with a venue and a gate each, and return their ids."""
    one, other = [
        await database.fetchval("INSERT INTO organisations (name) VALUES ($1) RETURNING id", name)
        for name in ("One", "Other")
    ]
    await database.execute(
        "INSERT INTO venues (org_id, name, timezone) SELECT id, name, 'Europe/Rome' FROM organisations"
    )
    await database.execute("INSERT INTO gates (org_id, venue_id, name) SELECT org_id, id, 'A' FROM venues")
    return one, other


def count_switches(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """Return a list that gets the organisation of every switch from now on."""
    switches: list[int | None] = []
    switch_to = Connection.switch_to

    async def noted(connection: Connection, org_id: int | None) -> None:
        switches.append(org_id)
        await switch_to(connection, org_id)

    monkeypatch.setattr(Connection, "switch_to", noted)
    return switches


async def owned_by(owner: Any, role_id: int) -> int:
    """Count what a role owns in this database."""
    count: int = await owner.fetchval("SELECT count(*) FROM pg_shdepend WHERE refobjid = $1 AND deptype = 'o'", role_id)
    return count


async def create_user(server: Any, name: str) -> str:
    """Make a user without any right and a database of its own, and return its password."""
    password = secrets.token_hex(16)
    await server.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
    await server.execute(f"CREATE DATABASE {name} OWNER {name}")
    return password


async def drop_user(server: Any, name: str) -> None:
    await server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await server.execute(f"DROP ROLE IF EXISTS {name}")


TEMPLATE = "hub_template"
"""The migrated database of the test's servers, of which each test or file has a copy."""

# All tables at once, in any order. Ids of deleted rows are not used again, so what the hub and Redis still hold of them
# affects no later row.
EMPTY = """DO $$ DECLARE one text; BEGIN
  -- Whatever a job would still write for an organisation waits until there is none.
  LOCK TABLE organisations, venues IN EXCLUSIVE MODE;
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
      AND relname <> 'schema_migrations' AND pg_relation_size(oid) > 0 LOOP
    EXECUTE format('DELETE FROM %I', one);
  END LOOP;
END $$"""


async def make_template(server_url: str) -> None:
    """Make the migrated database that `copied_database` copies."""
    connection = await asyncpg.connect(server_url)
    await connection.execute(f"CREATE DATABASE {TEMPLATE}")
    await connection.close()
    await migrate(url_of(server_url, TEMPLATE))
    # The first connection after the migrations writes Postgres' catalogue cache, which every copy then has.
    await (await asyncpg.connect(url_of(server_url, TEMPLATE))).close()


@asynccontextmanager
async def copied_database(server_url: str, prefix: str = "test") -> AsyncIterator[str]:
    """Yield the URL of a migrated database, which is dropped at the end."""
    name = f"{prefix}_{secrets.token_hex(6)}"
    server = await asyncpg.connect(server_url)
    try:
        # Copying files takes half the processor time of the default strategy, which writes every page to the WAL.
        await server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        yield url_of(server_url, name)
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await server.close()


def url_of(server_url: str, name: str) -> str:
    # The servers have no TLS, and preparing for it takes the client 1 ms per connection.
    return f"{server_url.rpartition('/')[0]}/{name}?sslmode=disable"


OVER_EXPRESSIONS = re.compile(r"\b(lower|to_tsvector)\(| \+ 0\)")


async def expression_indexes(owner: Any, *roles: str) -> list[dict[str, set[str]]]:
    """Return for each role which indexes over an expression each statement of the hub uses, if no table is read as a whole.

    All roles have plans by the same statistics: gathered here, and no other process gathers new ones meanwhile.
    """
    async with owner.transaction():
        await owner.execute(
            "ANALYZE; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_hashjoin = off;"
            " SET LOCAL enable_mergejoin = off;"
            " CREATE OR REPLACE FUNCTION pg_temp.plan_of(statement text) RETURNS text LANGUAGE plpgsql AS"
            " $$ DECLARE plan json; BEGIN EXECUTE 'EXPLAIN (GENERIC_PLAN, FORMAT JSON) ' || statement INTO plan; RETURN plan; END $$"
        )
        found = []
        for role in roles:
            await owner.execute(f"SET LOCAL ROLE {role}")
            found.append(await _expression_indexes(owner))
            await owner.execute("RESET ROLE")
        return found


async def _expression_indexes(owner: Any) -> dict[str, set[str]]:
    found = {}
    for subject, name, sql in all_statements():
        if not re.search(r"^SET LOCAL", sql, re.MULTILINE):
            plan = json.loads(await owner.fetchval("SELECT pg_temp.plan_of($1)", sql))[0]["Plan"]
            conditions = [(node.get("Index Name"), node.get("Index Cond", "")) for node in nodes_of(plan)]
            found[f"{subject}.{name}"] = {
                index for index, condition in conditions if OVER_EXPRESSIONS.search(condition)
            }
    return found


@asynccontextmanager
async def empty_database(server_url: str, *, for_user: bool = False) -> AsyncIterator[str]:
    """Yield the URL of a new database without a table, `for_user` as a user without any right who owns it."""
    name = f"empty_{secrets.token_hex(6)}"
    server = await asyncpg.connect(server_url)
    try:
        if for_user:
            password = await create_user(server, name)
            yield f"postgresql://{name}:{password}@{server_url.rpartition('@')[2].rpartition('/')[0]}/{name}"
        else:
            await server.execute(f"CREATE DATABASE {name}")
            yield f"{server_url.rpartition('/')[0]}/{name}"
    finally:
        await drop_user(server, name)
        await server.close()
