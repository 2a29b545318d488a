"""The undo of a scan: an entry, an exit or a return is reversed, and both rows stay in the log."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from db.statements import load
from hub.access.roles import Role, at_least
from hub.access.uuids import sortable_uuid
from hub.events.announcements import Announcement, MovementsChanged, SlotChanged, TicketsChanged, WalkInsChanged
from hub.events.scan_events import LoggedScan
from hub.observability import telemetry
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

ENTRIES = load("scanning/entries")
EXITS = load("scanning/exits")
OWN_UNDO = timedelta(minutes=15)
"""Time for which operators may undo their own scans."""
_WAYS = {Reason.EXIT_RECORDED: "out", Reason.RE_ENTRY: "in"}
_UNDONE = {None: Reason.UNDONE, "out": Reason.EXIT_UNDONE, "in": Reason.RETURN_UNDONE}


async def undo_scan(
    services: Services, *, org_id: int, operator_id: int, operator_name: str, role: str, scan_id: UUID, reason: str,
    gate: str | None = None, source: str = "socket",
) -> dict[str, Any]:  # fmt: skip
    """Undo the entry, exit or return that `scan_id` recorded. Managers may undo any, operators their own for 15 minutes.

    Refuses SCAN_NOT_FOUND, FORBIDDEN (another operator's scan), UNDO_TOO_LATE, NOTHING_TO_UNDO. If the scan is not the last
    movement of its ticket, refuses LEFT_SINCE (entry) or MOVED_SINCE (exit or return).
    """
    for _ in range(MAX_ATTEMPTS):
        scan = await services.database.scans.fetchrow(ENTRIES.read_scan, org_id, scan_id)
        now = services.clock.now()
        way = _refuse_or_find_way(scan, operator_id, role, now)
        undo_id = sortable_uuid()
        if way is not None:
            row = await services.database.scans.fetchrow(
                EXITS.undo_movement, org_id, scan_id, scan["ticket_id"], scan["version"], scan["reservation_id"], undo_id,
                scan["venue_id"], operator_id, source, gate, scan["slot_id"], reason, now, way,
            )  # fmt: skip
            if row is None and not await _has_changed(services, org_id, scan):
                raise Refused(Reason.MOVED_SINCE)
        elif scan["away"] is not None:
            raise Refused(Reason.LEFT_SINCE)
        else:
            row = await services.database.scans.fetchrow(
                ENTRIES.undo_scan, org_id, scan_id, scan["ticket_id"], scan["version"], scan["reservation_id"], undo_id,
                scan["venue_id"], operator_id, source, gate, scan["slot_id"], reason, now, scan["verified_at"],
            )  # fmt: skip
        if row is None:
            continue
        services.announcer.publish(_announcements(row, org_id, scan["venue_id"], way))
        services.scan_events.publish([
            LoggedScan(org_id, scan["venue_id"], undo_id, now, now, gate, operator_id, operator_name, "undo", source,
                 "YELLOW", _UNDONE[way].value, False, row["code"], scan["ticket_id"])
        ])  # fmt: skip
        telemetry.event(telemetry.SCAN_UNDONE, ticket_id=scan["ticket_id"], operator_id=operator_id)
        return {
            "scan_id": str(scan_id),
            "undo_scan_id": str(undo_id),
            "reason": _UNDONE[way].value,
            "ticket_code": row["code"],
            "ticket_status": row["status"],
        }
    raise Refused(Reason.BUSY)


def _refuse_or_find_way(scan: Any, operator_id: int, role: str, now: datetime) -> str | None:
    """Return "out" for an exit, "in" for a return, None for an entry. Refuses a scan that may not be undone."""
    if scan is None:
        raise Refused(Reason.SCAN_NOT_FOUND)
    if not at_least(role, Role.MANAGER):
        if scan["operator_id"] != operator_id:
            raise Refused(Reason.FORBIDDEN)
        if now - scan["logged_at"] > OWN_UNDO:
            raise Refused(Reason.UNDO_TOO_LATE)
    way = _WAYS.get(scan["reason"])
    if not (scan["entered"] or way) or scan["undone_by"] is not None or scan["verified_at"] is None:
        raise Refused(Reason.NOTHING_TO_UNDO)
    return way


async def _has_changed(services: Services, org_id: int, scan: Any) -> bool:
    """Return whether the ticket has changed since it was read. Then the undo has raced, and is tried again."""
    now = await services.database.scans.fetchrow(ENTRIES.read_scan, org_id, scan["scan_id"])
    return now is None or now["version"] != scan["version"] or now["undone_by"] is not None


def _announcements(row: Any, org_id: int, venue_id: int, way: str | None) -> list[Announcement]:
    changed: list[Announcement] = [TicketsChanged.of(org_id, venue_id, [row["code"]], "undone")]
    if way is not None:
        return [*changed, MovementsChanged.of(row)]
    if row["id"] is not None:
        changed.append(SlotChanged.of(row))
    if row["walked_date"] is not None:
        changed.append(
            WalkInsChanged(org_id, venue_id, row["walked_date"], row["walked_entered"], row["walked_revision"])
        )
    return changed
