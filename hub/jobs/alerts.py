"""The alert job: adds this process's counts to the shared ones and compares them with the thresholds."""

from contextlib import suppress

from hub.actions.reporting.alerts import look_at, measure
from hub.observability.alert_metrics import AlertMetrics
from hub.services import Services


async def watch_measures(services: Services, alert_metrics: AlertMetrics) -> None:
    """One look at all organisations. Of several processes one looks at an organisation at a time."""
    with suppress(Exception):  # added next time; the look goes by what is known here
        await alert_metrics.add(services.redis)
    measured = await measure(services, alert_metrics)
    for org_id in await services.venues.organisations():
        await look_at(services, org_id, measured)
