"""Numbers of events: moves what the transactions wrote into the log, in an order that keeps each object's events in theirs.

No business change waits for a number. One process at a time numbers the events of an organisation that are committed, so numbers have no
gaps, and a reader that has seen a number has seen all below it.
"""

from __future__ import annotations

from db.pool import Pool
from db.statements import load

EVENTS = load("webhooks/events")
AT_ONCE = 500
"""Rows of the inbox numbered in one transaction. A row of scans holds up to a batch of them."""


async def number_events(pool: Pool) -> int:
    """Number the new events of every organisation, and return how many there were. Those that another process numbers are left to it."""
    numbered = 0
    for row in await pool.fetch(EVENTS.organisations_with_new_events):
        numbered += await _number_events_of(pool, row["org_id"])
    return numbered


async def _number_events_of(pool: Pool, org_id: int) -> int:
    numbered: int = 0
    while True:
        async with pool.transaction() as connection:
            await connection.execute(EVENTS.add_counter, org_id)
            if await connection.fetchval(EVENTS.lock_counter, org_id) is None:
                return numbered
            done = await connection.fetchrow(EVENTS.number_events, org_id, AT_ONCE)
        numbered += int(done["events"])
        if done["rows"] < AT_ONCE:
            return numbered
