"""The connection limit: how many connections the server allows the hub, and how many all its processes may open."""

from __future__ import annotations

from typing import Any

from db.database import Database

_ALLOWED = """
SELECT least(
    current_setting('max_connections')::int
        - CASE WHEN r.rolsuper THEN 0 ELSE current_setting('superuser_reserved_connections')::int
            + coalesce(current_setting('reserved_connections', true)::int, 0) END,
    CASE WHEN r.rolconnlimit < 0 OR r.rolsuper THEN NULL ELSE r.rolconnlimit END,
    CASE WHEN d.datconnlimit < 0 OR r.rolsuper THEN NULL ELSE d.datconnlimit END
)
FROM pg_roles r, pg_database d
WHERE r.rolname = session_user AND d.datname = current_database()
"""


async def read_allowed(connection: Any) -> int:
    """Return how many connections the user of this one may open at once: by the server, the database and the role."""
    return int(await connection.fetchval(_ALLOWED))


def needed(processes: int) -> int:
    """Return how many connections so many processes may open at once."""
    return processes * sum(pool.gauges[0] for pool in Database("").pools().values())


def describe_shortage(processes: int, allowed: int) -> str | None:
    """Return what is wrong if the server allows fewer connections than the processes may open, or None."""
    if needed(processes) <= allowed:
        return None
    return (
        f"{processes} processes may open {needed(processes)} connections to Postgres, which allows {allowed}:"
        " raise max_connections, or lower HUB_WORKERS"
    )
