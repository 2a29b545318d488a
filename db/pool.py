"""Connection pools for Postgres: every wait has a time limit, and one exception covers every way it can be down."""

import asyncio
from collections.abc import AsyncIterator, Hashable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from math import inf
from time import monotonic
from typing import Any

import asyncpg

from db.acquisition import Acquisition
from db.connection import NEITHER, connection_class, is_usable
from db.organisation import current_organisation, working_for
from db.patience import PATIENCE_SECONDS, Patience, current_patience
from db.primary import primary_of
from db.transaction_counts import TransactionCounts
from db.turns import Turns

ACQUIRE_SECONDS = 1.0
LOCK_SECONDS = 1.5
BATCH_LOCK_SECONDS = 0.25
"""Seconds that a batch waits for a lock. All of its requests wait with it, so it is then run again in parts."""
COMMAND_SECONDS = PATIENCE_SECONDS
LONG_SECONDS = 10.0
"""Seconds that a statement may work of which no smaller part makes sense, such as the figures of one day of a stadium."""
LOOK_SECONDS = 0.25
"""Seconds between two looks at the server meanwhile."""

NAMED = {"application_name": "venue-hub", "timezone": "UTC"}

# Scan and booking statements join a few array elements to tables of any size. These settings force index look-ups in the
# order of the array, whatever the statistics were when the plan was cached.
STEADY_PLANS = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_memoize": "off",
    "jit": "off",
}

LONG_READS = {"enable_bitmapscan": "off", "enable_sort": "off"}
"""Settings that make pages of a log follow the index in its order. Without statistics the planner expects a dozen rows a day:
it reads and sorts the whole day for every page, or reads a whole organisation to combine two indexes."""

PLAN_SECONDS = 5.0
"""Seconds that a plan is cached. A plan from when a table was empty reads the whole table, which is too slow after the first
import or the first thousand scans. Planning again takes about 1 ms and uses the current size."""

FIRST_PLAN_SECONDS = 0.25
"""Seconds that the first plan after a pause is cached. A bulk load with ANALYZE may have recorded that `scans` is empty. Then the
planner looks scans up in an index whose third column is their id, and reads all of it."""

_ABSENT = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.DiskFullError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InternalClientError,
    asyncpg.InvalidCachedStatementError,  # a migration has changed a table; outside of a transaction asyncpg asks again by itself
)


class DatabaseDown(Exception):
    """Postgres did not answer in time, or cannot work now. It is unknown whether the statement took effect."""


class TooLong(DatabaseDown):
    """Postgres works, and has cancelled a statement that took longer than `statement_timeout`. One that reads less may succeed."""


async def _keep_session(_: Any) -> None:
    """Skip asyncpg's reset of a returned connection, which costs a round trip. No statement here sets session state."""


class Pool:
    """One named pool. Every method raises DatabaseDown if Postgres is down, and other database errors unchanged."""

    def __init__(
        self,
        dsn: str,
        *,
        size: int,
        steady_plans: bool = False,
        long_reads: bool = False,
        patience: float = ACQUIRE_SECONDS,
        lock_seconds: float = LOCK_SECONDS,
        every_organisation: bool = False,
        watch: "Pool | None" = None,
    ) -> None:
        """`patience`: seconds to wait for a free connection. `lock_seconds`: to wait for a lock outside `transaction()`. `every_organisation`: never show one organisation alone.

        `watch`: whom `fetch_long` asks whether the server still answers.
        """
        self._patience = patience
        self._watch = watch
        self._every_organisation = every_organisation
        self._lock_seconds = lock_seconds
        self.walled = False
        self.counts = TransactionCounts()
        self._dsn = dsn
        self._primary = primary_of(dsn)
        self._size = size
        self._settings = {
            "lock_timeout": f"{lock_seconds * 1000:.0f}ms",
            "statement_timeout": "2500ms",  # shorter than `COMMAND_SECONDS`, after which the connection is closed
            "idle_in_transaction_session_timeout": "5s",
            **(STEADY_PLANS if steady_plans else {}),
            **(LONG_READS if long_reads else {}),
        }
        self._steady_plans = steady_plans
        self._planned: dict[Any, float] = {}
        self._idle: list[Any] = []
        self._wanting = 0
        self._acquisition = Acquisition()
        self._turns = Turns()
        self._waits: set[asyncio.Timeout] = set()
        self._forgetting: set[asyncio.Task[Any]] = set()
        self._pool: asyncpg.Pool | None = None

    async def open(self, *, at_once: bool = True) -> None:
        """Open the pool with its first connection. Without `at_once` it connects when the first statement comes."""
        try:
            self._pool = await asyncpg.create_pool(
                self._dsn,
                connect=self._connect,
                min_size=0,  # with more, asyncpg tries again by itself during an outage and logs a traceback each time
                max_size=self._size,
                command_timeout=COMMAND_SECONDS,
                timeout=ACQUIRE_SECONDS,
                max_inactive_connection_lifetime=0,
                server_settings=NAMED,
                init=self._set_up,
                reset=_keep_session,
                connection_class=connection_class(self.counts),
            )
            if at_once:
                self._idle.append(await self._pool.acquire())
        except _ABSENT as absence:
            raise DatabaseDown(str(absence)) from absence

    async def _connect(self, *_: Any, **named: Any) -> Any:
        server, connection = await self._primary.connect(**named)
        connection.server = server
        return connection

    async def _set_up(self, connection: Any) -> None:
        """Set what a connection keeps for its life. PgBouncer refuses these settings among those of the start."""
        settings = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in self._settings.items())
        await connection.execute(f"SELECT {settings}")

    async def close(self) -> None:
        if self._pool is None:
            return
        idle, self._idle = self._idle, []
        for connection in idle:
            await self._release(connection)
        pool, self._pool = self._pool, None
        try:
            await asyncio.wait_for(pool.close(), 3)
        except _ABSENT:
            pool.terminate()

    @property
    def gauges(self) -> tuple[int, int, int]:
        """Return the numbers of allowed, open and idle connections."""
        if self._pool is None:
            return self._size, 0, 0
        return self._size, self._pool.get_size(), self._pool.get_idle_size() + len(self._idle)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """Yield a connection for the block, and keep it afterwards for the next block.

        asyncpg's acquire and release each start a task, and a task waits for a whole turn of a busy event loop.
        """
        if self._pool is None:
            raise DatabaseDown("the pool is not open")
        org_id = None if self._every_organisation else current_organisation()
        patience = current_patience()
        if patience is not None and patience.is_lost:
            raise DatabaseDown("it has just not answered this task")
        connection, sound = self._at_hand(org_id), False
        try:
            if connection is None:
                connection = await self._acquire(self._pool, patience)
            if self.walled and connection.org_id != org_id:
                await connection.switch_to(org_id)
            if self._steady_plans:
                await self._plan_anew(connection)
            yield connection
            sound = True
            self.counts.committed += 1
            if patience is not None:
                patience.answered()
        except _ABSENT as absence:
            if connection is not None and TimeoutError in (type(absence), type(absence.__context__)):
                self._end_waits()
                self._leave_silent_server()
            kind = TooLong if isinstance(absence, asyncpg.QueryCanceledError) else DatabaseDown
            raise kind(f"{type(absence).__name__}: {absence}") from absence
        except Exception as error:
            # A refusal, or an error of the statement. The connection can be used again.
            sound = True
            if not isinstance(error, asyncpg.PostgresError):
                self.counts.refused += 1
            raise
        finally:
            if connection is not None:
                if sound and not self._wanting and self._pool is not None and is_usable(connection):
                    self._idle.append(connection)
                elif sound:
                    await self._release(connection)
                else:
                    # To give back a connection that is in trouble may take a second, for which nobody waits.
                    self._forget(connection)

    @asynccontextmanager
    async def turn(self, rows: Iterable[Hashable], *, within: float | None = None) -> AsyncIterator[None]:
        """Let one writer of these rows at a time wait for their locks, so that a locked row has one connection and not all.

        The rows come in their order of locking. Whoever has no turn `within` so many seconds, by default the time for a connection, gets
        DatabaseDown.
        """
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._turns.of(rows, within=within or self._patience))
            except TimeoutError as waited:
                raise DatabaseDown("another writer waits for these rows") from waited
            yield

    def _at_hand(self, org_id: int | None) -> Any:
        """Return a kept connection that is still open, or None. One that works for this organisation already comes first."""
        while self._idle:
            last = len(self._idle) - 1
            at = next((i for i in range(last, -1, -1) if self._works_for(i, org_id)), last) if self.walled else last
            connection = self._idle.pop(at)
            if is_usable(connection):
                if connection.server == self._primary.known:
                    return connection
                # Another server is the primary now. The old one may be a machine that is gone and answers nothing.
                connection.terminate()
            # The server is down or was restarted. The pool drops the connection when it notices.
            self._forget(connection)
        return None

    def _works_for(self, place: int, org_id: int | None) -> bool:
        """Return whether this kept connection works for the organisation. One that the server has ended has lost its attributes."""
        return bool(getattr(self._idle[place], "org_id", NEITHER) == org_id)

    async def _acquire(self, pool: asyncpg.Pool, patience: Patience | None) -> Any:
        self._wanting += 1
        seconds = self._patience
        if patience is not None and seconds < PATIENCE_SECONDS:
            seconds = min(seconds, patience.left())
        try:
            async with asyncio.timeout(seconds) as limit:
                self._waits.add(limit)
                return await self._acquisition.acquire(pool)
        finally:
            self._wanting -= 1
            self._waits.discard(limit)

    def _end_waits(self) -> None:
        """Give up all waits for a connection of a server that has not answered. Their turn would only come to wait for it, too."""
        now = asyncio.get_running_loop().time()
        for limit in self._waits:
            if not limit.expired():
                limit.reschedule(now)

    def _leave_silent_server(self) -> None:
        """Close the kept connections, so that the next ones look for the primary. Each would wait for the same silent server."""
        if len(self._primary.servers) > 1:
            idle, self._idle = self._idle, []
            for connection in idle:
                if is_usable(connection):
                    connection.terminate()
                self._forget(connection)

    def _forget(self, connection: Any) -> None:
        task = asyncio.get_running_loop().create_task(self._release(connection))
        self._forgetting.add(task)
        task.add_done_callback(self._forgetting.discard)

    async def _release(self, connection: Any) -> None:
        if self._pool is not None:
            with suppress(*_ABSENT, asyncpg.PostgresError):
                await self._pool.release(connection, timeout=ACQUIRE_SECONDS)

    async def _plan_anew(self, connection: Any) -> None:
        now, name = monotonic(), connection.get_server_pid()
        age = now - self._planned.get(name, -inf)
        if age > PLAN_SECONDS:
            if len(self._planned) > 4 * self._size:
                self._planned.clear()
            after_a_pause = age > 2 * PLAN_SECONDS
            self._planned[name] = now - PLAN_SECONDS + FIRST_PLAN_SECONDS if after_a_pause else now
            await connection.execute("DISCARD PLANS")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """Yield a connection inside a transaction, which waits `LOCK_SECONDS` for locks. It is rolled back if the block raises."""
        async with self.connection() as connection, connection.transaction():
            if self._lock_seconds < LOCK_SECONDS:
                await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS * 1000:.0f}ms'")
            yield connection

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        async with self.connection() as connection:
            return list(await connection.fetch(sql, *args))

    async def fetch_long(self, sql: str, *args: Any) -> list[Any]:
        """Return the rows of a statement that may work for `LONG_SECONDS`. A server that stops answering is noticed as soon as by others."""
        org_id = current_organisation()
        reading = asyncio.get_running_loop().create_task(self._fetch_long(org_id, sql, args), name="long read")
        try:
            while not (await asyncio.wait({reading}, timeout=LOOK_SECONDS))[0]:
                await (self._watch or self).fetchval("SELECT 1")
            return reading.result()
        finally:
            # A statement that nobody waits for any more is cancelled, and a silent server need not say that it was.
            if not reading.done():
                reading.cancel()
                self._forgetting.add(reading)
                reading.add_done_callback(self._forget_result)

    async def _fetch_long(self, org_id: int | None, sql: str, args: tuple[Any, ...]) -> list[Any]:
        # An organisation belongs to the task that named it, so this one names it again.
        with working_for(org_id):
            async with self.transaction() as connection:
                await connection.execute(f"SET LOCAL statement_timeout = '{LONG_SECONDS * 1000:.0f}ms'")
                return list(await connection.fetch(sql, *args, timeout=LONG_SECONDS + COMMAND_SECONDS))

    def _forget_result(self, reading: asyncio.Task[Any]) -> None:
        self._forgetting.discard(reading)
        if not reading.cancelled():
            reading.exception()

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        async with self.connection() as connection:
            return await connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        async with self.connection() as connection:
            return await connection.fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        async with self.connection() as connection:
            return str(await connection.execute(sql, *args))
