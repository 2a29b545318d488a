"""How long webhooks keep what: the log of events, the requests, and dead letters."""

from __future__ import annotations

from datetime import timedelta

from db.statements import load
from hub.services import Services

DELIVERIES = load("webhooks/deliveries")
KEPT_EVENTS = timedelta(days=14)
"""How long events can be replayed. Those that a subscription still waits for stay longer."""
LONGEST = timedelta(days=30)
"""How long any event is kept, also for a subscription that is paused or whose receiver is down."""
KEPT_REQUESTS = timedelta(days=7)


AT_ONCE = 5_000
"""Rows deleted by one statement, which has 2.5 seconds."""
MOST_AT_A_TIME = 200
"""Statements of one run. The next one goes on."""


async def drop_old_events(services: Services) -> None:
    """Delete the events, requests and dead letters whose time is over."""
    now, database = services.clock.now(), services.database.jobs
    await database.execute(DELIVERIES.drop_dead_letters, now - LONGEST)
    for statement, times in (
        (DELIVERIES.drop_old_deliveries, (now - KEPT_REQUESTS,)),
        (DELIVERIES.drop_old_events, (now - KEPT_EVENTS, now - LONGEST)),
    ):
        for _ in range(MOST_AT_A_TIME):
            if await database.fetchval(statement, *times, AT_ONCE) < AT_ONCE:
                break
