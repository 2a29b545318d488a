"""Metrics of webhooks: what was delivered, and what waits."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

_events = Counter("webhook_events_delivered_total", "Events that receivers have taken")
_requests = Counter("webhook_requests_total", "Requests to receivers", ["outcome"])
events_given_up = Counter("webhook_events_given_up_total", "Events given up after three days")
events_waiting = Gauge("webhook_events_waiting", "Events that wait for another try", multiprocess_mode="livemax")
events_held = Gauge(
    "webhook_events_held", "Events that have no number yet, such as those of a rush", multiprocess_mode="livemax"
)
events_dead = Gauge("webhook_events_dead", "Events that were given up and are kept", multiprocess_mode="livemax")
receivers_failing = Gauge(
    "webhook_receivers_failing", "Subscriptions whose last request failed", multiprocess_mode="livemax"
)

_taken, _failed = _requests.labels("taken"), _requests.labels("failed")


def request_answered(events: int, *, taken: bool) -> None:
    """Count a request with so many events."""
    if taken:
        _taken.inc()
        _events.inc(events)
    else:
        _failed.inc()
