"""Numbers of events: moves what the transactions wrote into the log, in an order that keeps each object's events in theirs.

No business change waits for a number. One process at a time numbers the events of an organisation that are committed, so numbers have no
gaps, and a reader that has seen a number has seen all below it. Nothing is delivered without a number, so this is where a rush is paced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from db.pool import Pool
from db.statements import load
from hub.rules.event_pace import EventPace

EVENTS = load("webhooks/events")
ROWS_AT_ONCE = 500
"""Rows of the inbox numbered in one transaction. A row of scans holds up to a batch of them."""
EVENTS_AT_ONCE = 4_000
"""Events after which a transaction takes no further row. They cost Postgres 60 ms."""
LOOK_SECONDS = 1.0
"""Seconds after which a look leaves the rest to the next one, which counts first what has come meanwhile."""


@dataclass(slots=True)
class _Organisation:
    pace: EventPace
    seen: int
    """The newest row of the inbox that was counted."""


class EventNumbers:
    """Gives numbers for one process of the jobs, and remembers of each organisation how fast its scans come."""

    def __init__(self, pool: Pool, clock: Callable[[], float] = monotonic) -> None:
        self._pool = pool
        self._clock = clock
        self._organisations: dict[int, _Organisation] = {}

    def in_a_rush(self, org_id: int) -> bool:
        """Return whether the scans of an organisation come so fast that its events are paced."""
        known = self._organisations.get(org_id)
        return known is not None and known.pace.in_a_rush(self._clock())

    async def give(self) -> int:
        """Number new events, in a rush at its pace, and return how many there were. Those that another process numbers are left to it."""
        numbered = 0
        for row in await self._pool.fetch(EVENTS.organisations_with_new_events):
            org_id = row["org_id"]
            most = await self._take_turn(org_id)
            if most != 0:
                numbered += await self._number_events_of(org_id, most, self._organisations[org_id].seen)
        return numbered

    async def _take_turn(self, org_id: int) -> int | None:
        """Count what came since the last look, and return how many events may get a number: None for all of them."""
        known, now = self._organisations.get(org_id), self._clock()
        row = await self._pool.fetchrow(EVENTS.count_arrived, org_id, known.seen if known else None)
        if known is None:
            # What is there at a start is no measure of how fast it came.
            self._organisations[org_id] = _Organisation(EventPace(now), row["last"])
            return None
        known.seen = row["last"]
        known.pace.arrive(row["scans"], now)
        return known.pace.take_turn(now)

    async def _number_events_of(self, org_id: int, most: int | None, newest: int) -> int:
        """Number events until none of the counted ones is left, or `most` have been taken. A row is taken whole."""
        numbered = taken = 0
        ends = self._clock() + LOOK_SECONDS
        while (most is None or taken < most) and self._clock() <= ends:
            limit = EVENTS_AT_ONCE if most is None else min(most - taken, EVENTS_AT_ONCE)
            async with self._pool.transaction() as connection:
                if not await _lock_counter(connection, org_id):
                    break
                done = await connection.fetchrow(EVENTS.number_events, org_id, ROWS_AT_ONCE, limit, newest)
            numbered += int(done["events"])
            taken += int(done["taken"])
            if done["rows"] < ROWS_AT_ONCE and done["taken"] < limit:
                break
        return numbered


async def _lock_counter(connection: Any, org_id: int) -> bool:
    """Lock the counter of an organisation, which its first event makes. Return False if another process has it."""
    if await connection.fetchval(EVENTS.lock_counter, org_id) is not None:
        return True
    await connection.execute(EVENTS.add_counter, org_id)
    return await connection.fetchval(EVENTS.lock_counter, org_id) is not None
