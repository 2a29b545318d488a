"""The owner of the tables: a connection without the hub's roles, for what these may not do, such as to drop a constraint."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg


@asynccontextmanager
async def as_owner(database: Any) -> AsyncIterator[Any]:
    """Yield a connection of the owner to the database of these pools."""
    connection = await asyncpg.connect(database.dsn)
    try:
        yield connection
    finally:
        await connection.close()
