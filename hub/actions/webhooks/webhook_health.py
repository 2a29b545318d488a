"""How webhooks do, over all organisations, for the metrics."""

from __future__ import annotations

from typing import NamedTuple

from db.statements import load
from hub.observability import webhook_metrics
from hub.services import Services

DELIVERIES = load("webhooks/deliveries")


class WebhookHealth(NamedTuple):
    """Subscriptions that fail; events that wait for another try; events that were given up; events held back, as in a rush."""

    failing: int
    waiting: int
    dead: int
    held: int


async def measure_webhooks(services: Services) -> None:
    """Set the gauges of webhooks."""
    health = WebhookHealth(*await services.database.jobs.fetchrow(DELIVERIES.webhook_health))
    webhook_metrics.receivers_failing.set(health.failing)
    webhook_metrics.events_waiting.set(health.waiting)
    webhook_metrics.events_dead.set(health.dead)
    webhook_metrics.events_held.set(health.held)
