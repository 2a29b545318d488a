"""Poolers such as PgBouncer between the hub and Postgres: whether one gives each transaction another connection.

The hub sets role, organisation and time limits of a connection once and relies on them. In transaction mode, a connection is another one
after each transaction: it would show the rows of the organisation that somebody else has set.
"""

from __future__ import annotations

from typing import Any

import asyncpg

from db.primary import connect_to_primary

ATTEMPTS = 8

ADVICE = (
    "a pooler stands before Postgres and gives each transaction another connection. Then row-level security shows the rows of"
    " other organisations or none, time limits and the lock of migrations are lost, and prepared statements fail. Connect"
    " directly, or let the pooler keep a connection for as long as its client (pool_mode = session)"
)


async def shares_connections(url: str) -> bool:
    """Return whether a pooler in transaction or statement mode answers at this URL.

    Two clients that are connected at once have a server process each, always the same one. Behind such a pooler they share one, or
    change theirs. Raises what asyncpg raises if the server does not answer.
    """
    one = await connect_to_primary(url, timeout=5, statement_cache_size=0)
    try:
        other = await connect_to_primary(url, timeout=5, statement_cache_size=0)
        try:
            seen: tuple[set[int], set[int]] = (set(), set())
            for _ in range(ATTEMPTS):
                for connection, processes in zip((one, other), seen, strict=True):
                    processes.add(await _process_of(connection))
            return bool(seen[0] & seen[1]) or max(map(len, seen)) > 1
        finally:
            await other.close()
    except (asyncpg.PostgresConnectionError, asyncpg.ProtocolViolationError) as error:
        if "pooling mode" in str(error):  # statement mode, which ends a connection that begins a transaction
            return True
        raise
    finally:
        await one.close()


async def _process_of(connection: Any) -> int:
    async with connection.transaction():
        return int(await connection.fetchval("SELECT pg_backend_pid()"))
