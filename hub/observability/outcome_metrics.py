"""Metrics of the outcomes of activations, contact checks, scans, messages and transactions, and their counts for alerts."""

from __future__ import annotations

from functools import cache

from prometheus_client import Counter

from db.transaction_counts import Outcomes
from hub.observability import telemetry
from hub.observability.alert_metrics import at

LATE_SECONDS = 3.0
"""A scan that has no answer by then counts as one without an answer (US-016: within 3 seconds)."""

_activations = Counter("ticket_activation_total", "Activations asked for", ["result"])
_contact_checks = Counter("contact_verification_total", "Checks of a contact's format or code", ["check", "result"])
_late_scans = Counter("scans_unanswered_total", "Scans that had no answer within 3 seconds")
_mails = Counter("email_confirmation_total", "Messages handed over, deferred or given up", ["result"])
_messages = Counter("outbox_messages_total", "Messages of the outbox by kind", ["channel", "kind", "result"])
_transactions = Counter("database_transactions_total", "Transactions by pool", ["pool", "result"])


@cache
def _count_of(metric: Counter, *labels: str) -> Counter:
    return metric.labels(*labels)


def activation_tried(result: str, org_id: int, venue_id: int | None) -> None:
    """Count an activation. `result` is "success" or the reason of the refusal. `venue_id` None: valid everywhere, or not known."""
    _count_of(_activations, result.lower()).inc()
    telemetry.alert_metrics.count_at("activated" if result == "success" else "not_activated", org_id, venue_id or 0)


def activation_repeated() -> None:
    """Count the activation of a ticket that is active already. It is no failure: the visitor has what they asked for."""
    _count_of(_activations, "already_activated").inc()


def contact_checked(check: str, result: str) -> None:
    """Count a check. `check` is "format" or "code", and `result` "valid", "sent", "confirmed" or why not."""
    _count_of(_contact_checks, check, result.lower()).inc()


def visitors_decided(org_id: int, venue_id: int, let_in: int, refused: int) -> None:
    """Count the decisions of one batch at a venue, for its alert."""
    if let_in:
        telemetry.alert_metrics.count(at("let_in", org_id, venue_id), let_in)
    if refused:
        telemetry.alert_metrics.count(at("turned_away", org_id, venue_id), refused)


def scan_late(org_id: int, venue_id: int) -> None:
    """Count a scan that had no answer within `LATE_SECONDS`, or none at all."""
    _late_scans.inc()
    telemetry.alert_metrics.count_at("scan_late", org_id, venue_id)


def message_settled(org_id: int, channel: str, kind: str, result: str) -> None:
    """Count a try to send a message. `result` is "sent", "failed" (tried again later) or "given_up"."""
    _count_of(_messages, channel, kind, result).inc()
    _count_of(_mails, result).inc()
    if channel == "mail":
        telemetry.alert_metrics.count_at("mail_sent" if result == "sent" else "mail_failed", org_id, 0)


def message_dropped(channel: str, kind: str) -> None:
    """Count a message that was no longer true or needed."""
    _count_of(_messages, channel, kind, "dropped").inc()


def transactions_ended(pool: str, outcomes: Outcomes) -> None:
    """Count the transactions of a pool since the last call."""
    for result, number in outcomes._asdict().items():
        _count_of(_transactions, pool, result).inc(number)
        if number:
            telemetry.alert_metrics.count(f"{result}.{pool}", number)
