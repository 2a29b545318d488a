"""The conflicts: holders whom an offline scanner let in and the hub would refuse; listing and deciding them.

A conflict is written as a row first. Then it is published to the managers, and to the operator identity let the holder in, at
whichever scanner they use by then.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg
import orjson

from db.statements import load
from hub.access.roles import Role, at_least
from hub.access.scope import refuse_other_venue
from hub.access.tokens import Identity
from hub.actions.messaging.notices import Notice, give_notices
from hub.actions.scanning.conflict_entry import Raced, record_conflict_entry
from hub.events.announcements import TopicEvent
from hub.observability import telemetry
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from hub.services import Services

CONFLICTS = load("scanning/conflicts")
TOPIC = "conflicts"
MOST_SHOWN = 50
MOST_IN_NOTICE = 5
"""Conflicts shown in a notice, which also gives the number of all. The list has all of them."""
ConflictDecision = Literal["stays", "leaves", "mistake"]
"""The holder stays, was asked to leave, or never went in because the operator made a mistake."""


async def list_conflicts(
    services: Services, identity: Identity, *, venue_id: int | None = None, undecided: bool | None = None,
    before: int | None = None, limit: int = 50,
) -> dict[str, Any]:  # fmt: skip
    """Return the newest `limit` conflicts before an id: a manager sees all, an operator their own."""
    own = None if at_least(identity.role, Role.MANAGER) else identity.staff_id
    rows = await services.database.fetch(
        CONFLICTS.list_conflicts, identity.org_id, venue_id, own, undecided, before, limit + 1
    )
    page = rows[:limit]
    return {
        "conflicts": [conflict_as_dict(row) for row in page],
        "next": page[-1]["id"] if len(rows) > limit else None,
    }


async def open_conflicts(services: Services, org_id: int, venue_id: int | None) -> dict[str, Any]:
    """Return how many conflicts wait for a decision, and the newest of them."""
    rows = await services.database.fetch(CONFLICTS.list_conflicts, org_id, venue_id, None, True, None, MOST_SHOWN)
    return {
        "open": await services.database.fetchval(CONFLICTS.count_open_conflicts, org_id, venue_id),
        "conflicts": [conflict_as_dict(row) for row in rows],
    }


async def publish_new_conflicts(
    services: Services, org_id: int, venue_id: int, operator_id: int, rows: Sequence[Any]
) -> None:
    """Publish conflicts that have just been written. All of them belong to one operator."""
    if not rows:
        return
    conflicts = [conflict_as_dict(row) for row in rows]
    await _publish_to_managers(services, org_id, venue_id, conflicts)
    shown = {"count": len(conflicts), "conflicts": conflicts[:MOST_IN_NOTICE]}
    await give_notices(services, org_id, [Notice("conflicts", shown, venue_id, staff_id=operator_id)])


async def _publish_to_managers(
    services: Services, org_id: int, venue_id: int, conflicts: Sequence[dict[str, Any]]
) -> None:
    count = await services.database.fetchval(CONFLICTS.count_open_conflicts, org_id, venue_id)
    services.announcer.publish(
        TopicEvent.of(org_id, TOPIC, {"open": count, "conflict": one}, venue_id=venue_id) for one in conflicts
    )


async def decide_conflict(
    services: Services, identity: Identity, conflict_id: int, decision: ConflictDecision, note: str | None
) -> dict[str, Any]:
    """Record the decision, and the entry of a holder who stays; the same decision again changes nothing.

    Refuses NOT_FOUND, FORBIDDEN at a venue outside of the scope, and CONFLICT_DECIDED if it was decided differently before.
    """
    if identity.venue_ids:
        standing = await services.database.fetchrow(CONFLICTS.read_conflict, identity.org_id, conflict_id)
        if standing is not None:
            refuse_other_venue(identity, standing["venue_id"])
    decided = await _store(services, identity, conflict_id, decision, note)
    conflict = await services.database.fetchrow(CONFLICTS.read_conflict, identity.org_id, conflict_id)
    if conflict is None:
        raise Refused(Reason.NOT_FOUND)
    shown = conflict_as_dict(conflict)
    if decided:
        telemetry.event(
            telemetry.CONFLICT_DECIDED, conflict_id=conflict_id, operator_id=identity.staff_id, decision=decision
        )
        venue_id = conflict["venue_id"]
        await _publish_to_managers(services, identity.org_id, venue_id, [shown])
        notice = Notice("conflict_decided", {"conflict": shown}, venue_id, staff_id=conflict["operator_id"])
        await give_notices(services, identity.org_id, [notice])
    elif conflict["decision"] != decision:
        raise Refused(Reason.CONFLICT_DECIDED, decision=conflict["decision"], decided_by=conflict["decided_name"])
    return shown


async def change_conflicts(
    services: Services, org_id: int, venue_id: int, settled: Sequence[UUID], found: Sequence[dict[str, Any]]
) -> None:
    """Settle the open conflicts of scans that are right now, note the `found` ones, and tell the managers."""
    database, now = services.database, services.clock.now()
    rows = [*await database.fetch(CONFLICTS.settle_conflicts, org_id, list(settled), now)]
    if found:
        of_scan = [[one[field] for one in found] for field in ("scan_id", "kind", "people")]
        rows += await database.fetch(CONFLICTS.change_conflicts, org_id, *of_scan)
        new = await database.fetch(CONFLICTS.note_conflicts, org_id, orjson.dumps(found).decode(), now)
        written = await database.fetch(CONFLICTS.conflicts_of_scans, org_id, [row["scan_id"] for row in new])
        for row in written:
            await publish_new_conflicts(services, org_id, venue_id, row["operator_id"], [row])
    changed = [await database.fetchrow(CONFLICTS.read_conflict, org_id, row["id"]) for row in rows]
    if changed:
        await _publish_to_managers(services, org_id, venue_id, [conflict_as_dict(row) for row in changed])


async def _store(
    services: Services, identity: Identity, conflict_id: int, decision: ConflictDecision, note: str | None
) -> bool:
    """Store the decision and what it records in one transaction. Return False if it was decided before."""
    for _ in range(MAX_ATTEMPTS):
        now, entry = services.clock.now(), None
        try:
            async with services.database.transaction() as connection:
                row = await connection.fetchrow(
                    CONFLICTS.decide_conflict, identity.org_id, conflict_id, decision, note, identity.staff_id, now
                )
                if row is None:
                    return False
                if decision == "stays":
                    venue = await services.venues.read(identity.org_id, row["venue_id"])
                    entry = await record_conflict_entry(connection, identity, row, venue, now)
                    if entry is not None and note:
                        await connection.execute(CONFLICTS.note_entry, identity.org_id, row["scan_id"], note)
        except (Raced, asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError):
            continue
        if entry is not None:
            services.announcer.publish(entry.announcements)
            services.scan_events.publish(entry.logged)
        return True
    raise Refused(Reason.BUSY, message="This ticket is changing just now. Please try again.")


def conflict_as_dict(row: Any) -> dict[str, Any]:
    """Return the conflict as JSON. `earlier`: this scan was made before the first entry."""
    first_at: datetime | None = row["first_at"]
    return {
        "conflict_id": row["id"],
        "scan_id": str(row["scan_id"]),
        "venue_id": row["venue_id"],
        "kind": row["kind"],
        "offline_result": row["offline_result"],
        "result": row["result"],
        "reason": row["reason"],
        "ticket_code": row["code"],
        "ticket_id": row["ticket_id"],
        "people": row["people"],
        "operator": {"id": row["operator_id"], "name": row["operator_name"]},
        "gate": row["gate"],
        "device": row["device"],
        "scanned_at": rfc3339(row["scanned_at"]),
        "logged_at": rfc3339(row["logged_at"]),
        "earlier": first_at is not None and row["scanned_at"] < first_at,
        "first_entry": None
        if first_at is None
        else {
            "verified_at": rfc3339(first_at),
            "verified_by": row["first_by"],
            "operator_name": row["first_name"] or "",
            "gate": row["first_gate"],
        },
        "decision": row["decision"],
        "note": row["note"],
        "decided_by": row["decided_name"],
        "decided_at": None if row["decided_at"] is None else rfc3339(row["decided_at"]),
    }
