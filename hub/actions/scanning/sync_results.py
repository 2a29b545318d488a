"""The results of a synced queue: the answer to each scan, and how many there are of each outcome."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from hub.access.tokens import Identity
from hub.actions.scanning.conflicts import conflict_as_dict
from hub.observability import telemetry
from hub.rules.decisions import Decision
from hub.rules.refusals import Refused


def result_of(  # noqa: PLR0917 - what a decision on the wire needs
    scan_id: UUID, answer: Decision | Refused, conflict: Any, contact: str, language: str, venues: Collection[int]
) -> dict[str, Any]:
    result: dict[str, Any] = {"scan_id": str(scan_id)}
    if isinstance(answer, Refused):
        return result | {"outcome": "refused", "reason": answer.reason.value, "decision": None}
    decision = answer.as_dict(contact, language, venues)
    result |= {"outcome": "duplicate" if answer.repeated else "accepted", "reason": answer.verdict.reason.value}
    if conflict is None:
        return result | {"decision": decision}
    shown = conflict_as_dict(conflict)
    result |= {"outcome": "conflict", "repeated": answer.repeated, "decision": decision}
    return result | {
        "conflict_id": shown["conflict_id"],
        "kind": shown["kind"],
        "first_entry": shown["first_entry"],
        "people": shown["people"],
    }


def record_outcomes(results: list[dict[str, Any]], identity: Identity) -> None:
    """Count and log the outcomes of one queue."""
    counts: dict[str, Any] = {}
    for result in results:
        counts[result["outcome"]] = counts.get(result["outcome"], 0) + 1
    telemetry.event(telemetry.SCANS_SYNCED, operator_id=identity.staff_id, **counts)
