"""A connection to Postgres that knows the organisation it works for and waits as long as the patience of its task lasts."""

from typing import Any, ClassVar

import asyncpg

from db.patience import current_patience
from db.row_security import APPLICATION, EVERY_ORGANISATION
from db.transaction_counts import TransactionCounts

_UNANSWERED = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError)
"""Errors of a statement to which Postgres has said nothing."""

NEITHER = -1
"""The organisation of a connection that still has the role of its owner, or whose last switch failed. No id is negative."""


class Connection(asyncpg.Connection):
    """A connection that remembers which organisation it works for, so that only another one costs a round trip.

    Its statements wait as long as the patience of the task lasts. After a statement without an answer it is closed at once.
    asyncpg would ask the server to cancel the statement, and the rollback would wait for that as long again.
    """

    __slots__ = ("org_id", "server")

    counts: ClassVar[TransactionCounts] = TransactionCounts()
    """Where failed statements are counted. Each pool has a class of its own with counts of its own."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.org_id: int | None = NEITHER
        self.server = 0
        """The index of its server among those of the URL (db/primary.py)."""

    async def switch_to(self, org_id: int | None) -> None:
        """Show only the rows of this organisation from now on; with None the rows of all."""
        self.org_id = NEITHER
        role, shown = (EVERY_ORGANISATION, "") if org_id is None else (APPLICATION, str(org_id))
        await self.execute(f"SELECT set_config('role', '{role}', false), set_config('app.org', '{shown}', false)")
        self.org_id = org_id

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:
        if args:
            return str(await super().execute(query, *args, timeout=timeout))  # asyncpg passes it on to `_execute`
        return str(await self._patiently(super().execute, query, timeout=timeout))

    async def _execute(self, query: str, args: Any, limit: int, timeout: float | None, **named: Any) -> Any:
        return await self._patiently(super()._execute, query, args, limit, timeout=timeout, **named)  # type: ignore[misc]

    async def _executemany(self, query: str, args: Any, timeout: float | None) -> Any:
        return await self._patiently(super()._executemany, query, args, timeout=timeout)  # type: ignore[misc]

    async def _patiently(self, run: Any, *what: Any, timeout: float | None, **named: Any) -> Any:
        patience = current_patience()
        if patience is not None and timeout is None:
            timeout = max(patience.left(), 0.001)
        try:
            answer = await run(*what, timeout=timeout, **named)
        except _UNANSWERED as error:
            self.counts.failed += 1
            if isinstance(error, TimeoutError):
                self.terminate()
            raise
        except asyncpg.PostgresError as error:
            self.counts.failed += 1
            if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
                self.terminate()  # it was the primary once; the next connection looks for the one of now
            if patience is not None:
                patience.answered()
            raise
        if patience is not None:
            patience.answered()
        return answer


def is_usable(connection: Any) -> bool:
    try:
        return not connection.is_closed() and not connection.is_in_transaction()
    except asyncpg.InterfaceError:
        return False  # the server closed it, and the pool has taken it back


def connection_class(counts: TransactionCounts) -> type[Connection]:
    """Return the class of the connections of one pool, which count their failed statements in `counts`."""

    class CountedConnection(Connection):
        __slots__ = ()

    CountedConnection.counts = counts
    return CountedConnection
