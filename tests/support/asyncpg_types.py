"""A cache of asyncpg's descriptions of built-in types, queried once per process and not once per connection.

asyncpg queries `bigint[]` and other types on each new connection. This takes 9 ms of processor time in Postgres, and a hub
opens five connections. The answer is the same for all servers of one version.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from asyncpg.connection import Connection

_FIRST_OF_A_SCHEMA = 16384
"""First oid of types that a database defines. Lower ones are built in."""
_known: dict[frozenset[int], Any] = {}
_ask = Connection._introspect_types


async def _introspect_types(connection: Any, oids: Any, timeout: Any) -> tuple[Any, Any]:
    wanted = frozenset(oids)
    if max(wanted) >= _FIRST_OF_A_SCHEMA:
        return await _ask(connection, oids, timeout)
    if wanted not in _known:
        _known[wanted], _ = await _ask(connection, oids, timeout)
        # An unnamed statement would have to be prepared again after this query, which asyncpg does.
        return _known[wanted], SimpleNamespace(name="")
    return _known[wanted], SimpleNamespace(name="not asked")


def remember_types() -> None:
    Connection._introspect_types = _introspect_types
