"""The database of the hub: its connection pools, each for one crowd, so that none keeps another waiting."""

import asyncio
from collections.abc import Coroutine, Hashable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any

from db.anonymous import is_anonymous
from db.pool import BATCH_LOCK_SECONDS, Pool
from db.replica import ReplicaReads
from db.row_security import wall_stands


class Database:
    """The pools of the hub: `scans` and `bookings` have their own connections, and `jobs` serves the rest.

    Batches of `scans` and `bookings` serve several organisations with one statement, so these two pools show the rows of all.
    The others show those of the organisation that the task works for, if it works for one (db/organisation.py).

    What anonymous clients ask for uses `anonymous` instead of `jobs` (db/anonymous.py): a crowd of them delays each other, and not
    staff, sign-in or background jobs.

    `records` is for reports over many rows, made of short statements. At most three run at a time, however many managers ask;
    the others wait and are not refused. `readiness` is one connection for the readiness check, and for a look at the server while a
    report takes long.

    `reports` reads as `records` does, from a streaming replica where there is one (db/replica.py). What is read there may be as old as
    the request: whoever reads what the same request has written uses `records`.
    """

    def __init__(self, dsn: str, read_dsn: str | None = None) -> None:
        """`read_dsn`: a streaming replica from which reports are read while it is fresh."""
        self.dsn = dsn
        self.scans = Pool(dsn, size=4, steady_plans=True, every_organisation=True, lock_seconds=BATCH_LOCK_SECONDS)
        self.bookings = Pool(dsn, size=4, steady_plans=True, every_organisation=True)
        self.jobs = Pool(dsn, size=6)
        self.readiness = Pool(dsn, size=1)
        self.records = Pool(dsn, size=3, steady_plans=True, long_reads=True, patience=30.0, watch=self.readiness)
        self.anonymous = Pool(dsn, size=4, steady_plans=True)
        self.replica: ReplicaReads | None = None
        self._of_replica: dict[str, Pool] = {}
        if read_dsn is not None:
            watch = Pool(read_dsn, size=1)
            replica = Pool(read_dsn, size=6, steady_plans=True, long_reads=True, patience=30.0, watch=watch)
            self._of_replica = {"replica": replica, "replica_watch": watch}
            self.replica = ReplicaReads(read_dsn, self.records, self.jobs, **self._of_replica)

    @property
    def reports(self) -> Pool | ReplicaReads:
        return self.replica or self.records

    @property
    def _usual(self) -> Pool:
        return self.anonymous if is_anonymous() else self.jobs

    def fetch(self, sql: str, *args: Any) -> Coroutine[Any, Any, list[Any]]:
        return self._usual.fetch(sql, *args)

    def fetchrow(self, sql: str, *args: Any) -> Coroutine[Any, Any, Any]:
        return self._usual.fetchrow(sql, *args)

    def fetchval(self, sql: str, *args: Any) -> Coroutine[Any, Any, Any]:
        return self._usual.fetchval(sql, *args)

    def execute(self, sql: str, *args: Any) -> Coroutine[Any, Any, str]:
        return self._usual.execute(sql, *args)

    def transaction(self) -> AbstractAsyncContextManager[Any]:
        return self._usual.transaction()

    def turn(self, rows: Iterable[Hashable], *, within: float) -> AbstractAsyncContextManager[None]:
        return self._usual.turn(rows, within=within)

    async def open(self, *, on_demand: bool = False) -> None:
        """Open every pool. Where row-level security is not set up, as its owner's user may not, the pools work without it.

        Each has a connection then, so that no first request waits for one. With `on_demand` only `jobs` has: a command uses few pools.
        """
        for pool in self._of_primary().values():
            await pool.open(at_once=not on_demand or pool is self.jobs)
        if self.replica is not None:
            await self.replica.open()
        async with self.jobs.connection() as connection:
            walled = await wall_stands(connection)
        for pool in self.pools().values():
            pool.walled = walled

    async def close(self) -> None:
        await asyncio.gather(*(pool.close() for pool in self.pools().values()))

    def pools(self) -> dict[str, Pool]:
        return {**self._of_primary(), **self._of_replica}

    def _of_primary(self) -> dict[str, Pool]:
        return {"scans": self.scans, "bookings": self.bookings, "jobs": self.jobs, "records": self.records,
                "anonymous": self.anonymous, "readiness": self.readiness}  # fmt: skip
