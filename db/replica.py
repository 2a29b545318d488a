"""Reports from a replica: read there while it has everything that was committed before the report was asked for.

A streaming replica is always a little behind. So before a report is read there, the primary is asked how far its log goes, and the
replica how far it has replayed it. One that has not replayed it within `CATCH_UP_SECONDS`, that does not answer, or that follows
another server is passed over: the report is read from the primary. So no report is older than its request, whatever the lag.
"""

import asyncio
from math import inf
from time import monotonic
from typing import Any

import asyncpg

from db.patience import current_patience, have_patience, patience_began
from db.pool import DatabaseDown, Pool
from db.pooler import shares_connections

CATCH_UP_SECONDS = 0.25
"""Seconds that a report waits for the replica. It takes milliseconds to replay what a busy primary has just written."""

RETRY_SECONDS = 1.0
"""Seconds after a failure in which reports go to the primary without asking the replica again."""

KEPT_SECONDS = 5.0
"""Seconds that an answer counts for the same request. A long export asks again after them."""

_POLL_SECONDS = 0.01
_FAILURES = (DatabaseDown, asyncpg.PostgresError)

_PRIMARY = "SELECT pg_current_wal_flush_lsn() - '0/0' AS position, system_identifier FROM pg_control_system()"
_REPLICA = """
SELECT pg_is_in_recovery() AS follows, pg_last_wal_replay_lsn() - '0/0' AS position, system_identifier
FROM pg_control_system()
"""


class NoReplica(Exception):
    """The server of HUB_DATABASE_READ_URL cannot answer for the primary. The message says why."""


async def compare(primary: Any, replica: Any, *, within: float) -> None:
    """Return when the replica has replayed what the primary has written by now. Raises NoReplica. Both are pools or connections."""
    asked = monotonic()
    wanted = await primary.fetchrow(_PRIMARY)
    while True:
        found = await replica.fetchrow(_REPLICA)
        if found["system_identifier"] != wanted["system_identifier"]:
            raise NoReplica("it is no copy of the server of HUB_DATABASE_URL")
        if not found["follows"]:
            raise NoReplica("it follows no other server: it is the primary, or was promoted")
        if found["position"] is not None and found["position"] >= wanted["position"]:
            return
        if monotonic() - asked >= within:
            raise NoReplica("it is behind")
        await asyncio.sleep(_POLL_SECONDS)


class ReplicaReads:
    """Reads statements of reports. Each goes to the replica if that is fresh enough, and else to the primary.

    A statement that fails on the replica, such as one that replay has cancelled, is read from the primary.
    """

    def __init__(self, url: str, primary: Pool, asked: Pool, *, replica: Pool, replica_watch: Pool) -> None:
        """`url` is that of the replica. `primary` reads reports without a replica. `asked` tells how far the primary is, `replica_watch` how far the replica is."""
        self._url = url
        self._is_pooled: bool | None = None
        self._primary = primary
        self._asked = asked
        self._replica = replica
        self._watch = replica_watch
        self._looking: asyncio.Task[None] | None = None
        self._fresh_at = -inf
        self._next_look = -inf
        self._lag: float | None = None
        self.problem: str | None = None
        """Why reports are read from the primary, or None."""
        self.is_logged_away = False
        self.read_from = {"replica": 0, "primary": 0}
        """The numbers of statements since the last `take_counts`."""

    @property
    def lag(self) -> float | None:
        """Return the seconds that the replica is behind at most, or None if it was never seen to follow."""
        if self.problem is None:
            return self._lag
        return None if self._fresh_at == -inf else monotonic() - self._fresh_at

    async def open(self) -> None:
        for pool in (self._replica, self._watch):
            try:
                await pool.open()
            except _FAILURES as failure:  # the pool connects later, when the server is there
                self._note(failure)

    def take_counts(self) -> dict[str, int]:
        taken, self.read_from = self.read_from, dict.fromkeys(self.read_from, 0)
        return taken

    async def look(self) -> None:
        """See whether the replica has all that is committed by now. Whoever asks meanwhile shares the answer to come."""
        if self._looking is None:
            self._looking = asyncio.get_running_loop().create_task(self._look(), name="replica")
        await asyncio.shield(self._looking)

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        rows: list[Any] = await self._read("fetch", sql, *args)
        return rows

    async def fetch_long(self, sql: str, *args: Any) -> list[Any]:
        rows: list[Any] = await self._read("fetch_long", sql, *args)
        return rows

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        return await self._read("fetchrow", sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        return await self._read("fetchval", sql, *args)

    async def _read(self, method: str, sql: str, *args: Any) -> Any:
        if await self._holds_all():
            try:
                answer = await getattr(self._replica, method)(sql, *args)
            except _FAILURES:
                self._fresh_at = min(self._fresh_at, monotonic() - KEPT_SECONDS)  # the next statement looks again
                if current_patience() is not None:
                    have_patience()  # the primary has kept nobody waiting
            else:
                self.read_from["replica"] += 1
                return answer
        self.read_from["primary"] += 1
        return await getattr(self._primary, method)(sql, *args)

    async def _holds_all(self) -> bool:
        """Return whether the replica has all that was committed when this task was asked."""
        now = monotonic()
        asked = max(patience_began() or now, now - KEPT_SECONDS)
        if self._fresh_at < asked and now >= self._next_look:
            if self._looking is not None:
                await self.look()  # it may have begun before this task was asked
            if self._fresh_at < asked and monotonic() >= self._next_look:
                await self.look()
        return self._fresh_at >= asked

    async def _look(self) -> None:
        have_patience(2 * CATCH_UP_SECONDS)
        began = monotonic()
        try:
            if self._is_pooled is None:
                async with asyncio.timeout(2 * CATCH_UP_SECONDS):
                    self._is_pooled = await shares_connections(self._url)
            if self._is_pooled:
                raise NoReplica("a pooler before it gives each transaction another connection")
            await compare(self._asked, self._watch, within=CATCH_UP_SECONDS)
        except (NoReplica, *_FAILURES, OSError, TimeoutError, asyncpg.InterfaceError) as failure:
            self._note(failure)
        else:
            self._fresh_at, self._lag, self.problem, self._next_look = began, monotonic() - began, None, -inf
        finally:
            self._looking = None

    def _note(self, failure: Exception) -> None:
        said = str(failure) or type(failure).__name__  # a TimeoutError says nothing
        self.problem = said if isinstance(failure, NoReplica) else f"it does not answer: {said}"
        self._next_look = monotonic() + RETRY_SECONDS
