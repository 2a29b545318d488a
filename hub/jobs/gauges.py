"""The jobs that set gauges: the connections of one process, and what waits in Postgres for all of them."""

from __future__ import annotations

from db.statements import load
from hub.actions.webhooks.webhook_health import measure_webhooks
from hub.observability import outcome_metrics, telemetry
from hub.observability.replica_metrics import watch_replica
from hub.services import Services

OUTBOX = load("messaging/outbox")


async def measure_pools(services: Services) -> None:
    """Set the gauges of this process's connections and of its replica, and count the transactions since the last call."""
    for name, pool in services.database.pools().items():
        telemetry.pool_seen(name, *pool.gauges)
        outcome_metrics.transactions_ended(name, pool.counts.take())
    await watch_replica(services.database.replica)


async def measure_waiting(services: Services) -> None:
    """Set the gauges of messages and webhook events that wait."""
    telemetry.outbox_pending.set(await services.database.fetchval(OUTBOX.pending))
    await measure_webhooks(services)
