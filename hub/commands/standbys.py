"""What `hub doctor` says of a Postgres with standbys: which server is what, and whether a failover would lose bookings."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit


async def look_at_servers(url: str, problems: list[str]) -> dict[str, str]:
    """Return what each server of the URL is: `primary`, `standby` or `away`; {} for a URL that names one server."""
    from db.primary import one_url_per_server

    servers = one_url_per_server(url)
    if len(servers) == 1:
        return {}
    names = [urlsplit(server).netloc.rpartition("@")[2] for server in servers]
    found = dict(zip(names, await asyncio.gather(*(_look_at(server) for server in servers)), strict=True))
    problems += [f"Postgres at {name} does not answer" for name, is_now in found.items() if is_now == "away"]
    primaries = [name for name, is_now in found.items() if is_now.startswith("primary")]
    if len(primaries) > 1:
        problems.append(
            f"Postgres at {' and at '.join(primaries)} take writes: stop all but one, or bookings part ways"
        )
    if "standby" in found.values() and "primary, waits for no standby" in found.values():
        problems.append(
            "Postgres waits for no standby (synchronous_standby_names): a failover may lose the last acknowledged bookings"
        )
    return {name: is_now.partition(",")[0] for name, is_now in found.items()}


async def _look_at(server: str) -> str:
    import asyncpg
    from asyncpg.connect_utils import SessionAttribute

    try:
        connection = await asyncpg.connect(server, timeout=5, target_session_attrs=SessionAttribute.any)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return "away"
    try:
        row = await connection.fetchrow(
            "SELECT pg_is_in_recovery() AS follows, current_setting('synchronous_standby_names') <> ''"
            " AND current_setting('synchronous_commit') <> 'local' AS waits"
        )
    finally:
        await connection.close()
    assert row is not None
    if row["follows"]:
        return "standby"
    return "primary" if row["waits"] else "primary, waits for no standby"
