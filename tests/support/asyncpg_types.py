"""Descriptions of Postgres' own types, asked for once per process and not once per connection.

asyncpg asks for `bigint[]` and the like on each new connection: 9 ms of processor time in Postgres, and a hub opens five
connections. The answer is the same on every connection to servers of one version.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from asyncpg.connection import Connection

_FIRST_OF_A_SCHEMA = 16384
"""From this number on a type belongs to a database and not to Postgres."""
_known: dict[frozenset[int], Any] = {}
_ask = Connection._introspect_types


async def _introspect_types(connection: Any, oids: Any, timeout: Any) -> tuple[Any, Any]:
    wanted = frozenset(oids)
    if max(wanted) >= _FIRST_OF_A_SCHEMA:
        return await _ask(connection, oids, timeout)
    if wanted not in _known:
        _known[wanted], _ = await _ask(connection, oids, timeout)
        # A statement without a name would have to be prepared again after the question; asyncpg sees to it.
        return _known[wanted], SimpleNamespace(name="")
    return _known[wanted], SimpleNamespace(name="not asked")


def remember_types() -> None:
    Connection._introspect_types = _introspect_types
