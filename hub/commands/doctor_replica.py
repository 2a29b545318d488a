"""What `hub doctor` says of the replica in HUB_DATABASE_READ_URL."""

from __future__ import annotations

CATCH_UP_SECONDS = 5.0
"""Seconds that the replica may take. A hub reads reports from the primary long before."""


async def look_at_replica(url: str, read_url: str, *, within: float = CATCH_UP_SECONDS) -> list[str]:
    """Return what is wrong with the replica of the server at `url`. The hub then reads reports from the primary."""
    import asyncpg

    from db.pooler import ADVICE, shares_connections
    from db.primary import connect_to_primary
    from db.replica import NoReplica, compare

    try:
        if await shares_connections(read_url):
            return [f"HUB_DATABASE_READ_URL is not read from: {ADVICE}"]
        replica = await asyncpg.connect(read_url, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return [f"the server of HUB_DATABASE_READ_URL does not answer: {type(error).__name__}: {error}"]
    try:
        primary = await connect_to_primary(url, timeout=5)
        try:
            await compare(primary, replica, within=within)
        finally:
            await primary.close()
    except NoReplica as problem:
        return [f"the server of HUB_DATABASE_READ_URL is not read from: {problem}"]
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return []  # what is wrong with the primary is reported already
    finally:
        await replica.close()
    return []
