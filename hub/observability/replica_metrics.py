"""Metrics of the replica that reports are read from, and one line in the log when it goes and when it is back."""

from __future__ import annotations

from functools import cache

from prometheus_client import Counter, Gauge

from db.replica import ReplicaReads
from hub.observability import telemetry
from hub.observability.logs import event

_reads = Counter("report_reads_total", "Statements of reports by the server that answered", ["server"])
_lag = Gauge(
    "replica_lag_seconds", "Seconds that the replica of reports is behind at most", multiprocess_mode="livemax"
)


@cache
def _reads_from(server: str) -> Counter:
    return _reads.labels(server)


async def watch_replica(replica: ReplicaReads | None) -> None:
    """Ask how far the replica is, set its metrics, and log if that has changed whether reports are read there."""
    if replica is None:
        return
    await replica.look()
    for server, count in replica.take_counts().items():
        _reads_from(server).inc(count)
    lag = replica.lag
    if lag is not None:
        _lag.set(lag)
    if replica.problem is not None and not replica.is_logged_away:
        seconds = None if lag is None else round(lag, 1)
        event(telemetry.REPLICA_AWAY, "WARNING", problem=replica.problem, behind_seconds=seconds)
    elif replica.problem is None and replica.is_logged_away:
        event(telemetry.REPLICA_BACK)
    replica.is_logged_away = replica.problem is not None
