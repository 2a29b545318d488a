"""The primary: the one of several Postgres servers that takes writes, found again after a failover.

A URL may name several servers (`postgresql://hub:...@one:5432,two:5432/hub`). asyncpg asks them one after the other and gives all
of them one time limit together. A primary whose machine is gone answers nothing, uses all of that time, and the server that was
promoted is never asked. Here the server that was the primary is asked first, for a short time. Then all are asked at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import asyncpg
from asyncpg import connect

ALONE_SECONDS = 0.3
"""Seconds for which the known primary is asked alone. It accepts a connection in about 5 ms."""
CONNECT_SECONDS = 10.0

_NEXT = (
    OSError,
    TimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # also a server that takes no writes
)


class Primary:
    """The servers of one URL. `known` is the index of the one that was the primary when it was last asked."""

    def __init__(self, dsn: str) -> None:
        self.servers = one_url_per_server(dsn)
        self.known = 0

    async def connect(self, *, timeout: float = CONNECT_SECONDS, **named: Any) -> tuple[int, Any]:
        """Return the index of the primary and a connection to it. Raises the most telling error if no server is one."""
        if len(self.servers) == 1:
            return 0, await connect(self.servers[0], timeout=timeout, **named)
        began = asyncio.get_running_loop().time()
        first = self.known
        try:
            return first, await connect(self.servers[first], timeout=min(ALONE_SECONDS, timeout), **named)
        except _NEXT:
            left = timeout - (asyncio.get_running_loop().time() - began)
            found, connection = await self._ask_all(timeout=max(left, ALONE_SECONDS), **named)
            self.known = found
            return found, connection

    async def _ask_all(self, **named: Any) -> tuple[int, Any]:
        asked = {asyncio.ensure_future(connect(server, **named)): index for index, server in enumerate(self.servers)}
        errors: list[Exception] = []
        waiting = set(asked)
        try:
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    error = task.exception()
                    if error is None:
                        asked_index = asked.pop(task)
                        return asked_index, task.result()
                    if not isinstance(error, Exception):
                        raise error
                    errors.append(error)
            raise most_telling(errors)
        finally:
            # Another server may have answered as well, or does so just now.
            for task in asked:
                task.cancel()
                task.add_done_callback(_end_connection)


def _end_connection(task: asyncio.Future[Any]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().terminate()


def most_telling(errors: Sequence[Exception]) -> Exception:
    """Return the error to show: what a server says rather than that it is away, and that it is away rather than a standby."""

    def rank(error: Exception) -> int:
        if isinstance(error, asyncpg.TargetServerAttributeNotMatched):
            return 2
        return 0 if isinstance(error, asyncpg.PostgresError) else 1

    return min(errors, key=rank)


def one_url_per_server(dsn: str) -> list[str]:
    """Return a URL for each server that a URL names. With several each asks for a server that takes writes."""
    parts = urlsplit(dsn)
    user, at, hosts = parts.netloc.rpartition("@")
    if "," not in hosts:
        return [dsn]
    query = parts.query
    if "target_session_attrs" not in parse_qs(query):
        query = "&".join(filter(None, (query, "target_session_attrs=read-write")))
    return [urlunsplit(parts._replace(netloc=f"{user}{at}{host}", query=query)) for host in hosts.split(",") if host]


@lru_cache(maxsize=64)
def primary_of(dsn: str) -> Primary:
    """Return the servers of a URL. All pools of a process share them, so that the first one to notice a failover tells all."""
    return Primary(dsn)


async def connect_to_primary(dsn: str, **named: Any) -> Any:
    """Connect as `asyncpg.connect` does, to the primary of the servers that the URL names."""
    return (await primary_of(dsn).connect(**named))[1]
