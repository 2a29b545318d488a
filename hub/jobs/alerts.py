"""The alert jobs: every process adds its counts to the shared ones in Redis, and one compares the totals with the thresholds."""

from contextlib import suppress

from hub.actions.reporting.alerts import look_at, measure
from hub.observability import telemetry
from hub.services import Services

ADD_EVERY = 10.0
"""Seconds between two additions of a process. So a check sees what happened up to that long before it, in every process."""


async def add_counts(services: Services) -> None:
    """Add what this process has counted to the counts of all."""
    await telemetry.alert_metrics.add(services.redis)


async def watch_measures(services: Services) -> None:
    """Check the alerts of all organisations once. Two processes never check one organisation at the same time."""
    with suppress(Exception):  # these counts are added next time; this check uses what the process knows
        await add_counts(services)
    measured = await measure(services, telemetry.alert_metrics)
    for org_id in await services.venues.organisations():
        await look_at(services, org_id, measured)
