"""How long scans waited for their decisions, and those that came late or had none."""

from collections.abc import Sequence
from time import monotonic

from hub.observability import outcome_metrics, telemetry
from hub.rules.scan_requests import ScanRequest


def record_times(requests: Sequence[ScanRequest]) -> None:
    """Count how long the decisions of one batch took, and those that came late."""
    now = monotonic()
    longest = now - min(request.submitted_at for request in requests)
    telemetry.scans_took(longest)
    if longest > outcome_metrics.LATE_SECONDS:
        for request in requests:
            if now - request.submitted_at > outcome_metrics.LATE_SECONDS:
                count_unanswered(request)


def count_unanswered(request: ScanRequest) -> None:
    outcome_metrics.scan_late(request.org_id, request.venue_id)
