"""The job that gathers statistics of tables soon after a bulk load, which autovacuum would do a minute later or more."""

from __future__ import annotations

from db.statements import load
from hub.observability import telemetry
from hub.services import Services

STATISTICS = load("setup/table_statistics")
GATHER_EVERY = 10.0
LEAST_PAGES = 50
"""Of 8 kB. A smaller table is read as a whole in a tenth of a millisecond."""
MOST_TABLES = 20
SECONDS = 60.0
"""A sample has 30,000 pages, whatever the size of the table."""


async def gather_statistics(services: Services) -> list[str]:
    """Gather the statistics of tables that have none, or those of a tiny table. Return their names. Each has a transaction of its own."""
    done: list[str] = []
    for _ in range(MOST_TABLES):
        async with services.database.jobs.transaction() as connection:
            await connection.execute(f"SET LOCAL statement_timeout = '{SECONDS:.0f}s'")
            table = await connection.fetchval(STATISTICS.gather_statistics, LEAST_PAGES, done, timeout=SECONDS)
        if table is None:
            break
        done.append(table)
    if done:
        telemetry.event(telemetry.STATISTICS_GATHERED, level="INFO", tables=",".join(done))
    return done
