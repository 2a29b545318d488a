"""Uploaded files that wait: a day after the last change of their import they are deleted, and the import stays as a line of the history."""

from __future__ import annotations

from datetime import timedelta

from hub.actions.imports.records import IMPORTS
from hub.services import Services

KEPT = timedelta(days=1)


async def expire_imports(services: Services) -> int:
    """Delete the files of imports that nobody went on with. Return how many."""
    now = services.clock.now()
    expired = 0
    for row in await services.database.jobs.fetch(IMPORTS.due_to_expire, now - KEPT):
        key = (row["org_id"], row["id"])
        if row["status"] == "UPLOADING":
            await services.database.execute(IMPORTS.drop_upload, *key)
            expired += 1
            continue
        async with services.database.transaction() as connection:
            if await connection.fetchval(IMPORTS.expire, *key, now) is not None:
                await connection.execute(IMPORTS.drop_parts, *key)
                await connection.execute(IMPORTS.drop_lines, *key)
                expired += 1
    return expired
