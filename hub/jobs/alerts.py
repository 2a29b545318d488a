"""The alert job: adds this process's counts to the shared ones in Redis, and compares the totals with the thresholds."""

from contextlib import suppress

from hub.actions.reporting.alerts import look_at, measure
from hub.observability.alert_metrics import AlertMetrics
from hub.services import Services


async def watch_measures(services: Services, alert_metrics: AlertMetrics) -> None:
    """Check the alerts of all organisations once. Two processes never check one organisation at the same time."""
    with suppress(Exception):  # these counts are added next time; this check uses what the process knows
        await alert_metrics.add(services.redis)
    measured = await measure(services, alert_metrics)
    for org_id in await services.venues.organisations():
        await look_at(services, org_id, measured)
