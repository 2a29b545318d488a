"""How webhooks do, over all organisations: for the metrics and for `hub doctor`."""

from __future__ import annotations

from typing import NamedTuple

from db.statements import load
from hub.observability import webhook_metrics
from hub.services import Services

DELIVERIES = load("webhooks/deliveries")


class WebhookHealth(NamedTuple):
    """Subscriptions that fail; events that wait for another try; events that were given up; all subscriptions."""

    failing: int
    waiting: int
    dead: int
    webhooks: int


async def read_webhook_health(services: Services) -> WebhookHealth:
    return WebhookHealth(*await services.database.jobs.fetchrow(DELIVERIES.webhook_health))


async def measure_webhooks(services: Services) -> None:
    """Set the gauges of webhooks."""
    health = await read_webhook_health(services)
    webhook_metrics.receivers_failing.set(health.failing)
    webhook_metrics.events_waiting.set(health.waiting)
    webhook_metrics.events_dead.set(health.dead)
