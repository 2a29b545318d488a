"""The undo of a scan: an entry, an exit or a return is reversed, and both rows stay in the log."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.access.roles import Role, at_least
from hub.access.uuids import sortable_uuid
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import record_change
from hub.actions.scanning.party_entry import entry_id
from hub.events.announcements import Announcement, MovementsChanged, SlotChanged, TicketsChanged, WalkInsChanged
from hub.events.scan_events import LoggedScan
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.business_day import unless_date_of
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue_day import today
from hub.services import Services

ENTRIES = load("scanning/entries")
EXITS = load("scanning/exits")
CHANGES = load("booking/changes")
OWN_UNDO = timedelta(minutes=15)
"""Time for which operators may undo their own scans."""
_WAYS = {Reason.EXIT_RECORDED: "out", Reason.RE_ENTRY: "in"}
_UNDONE = {None: Reason.UNDONE, "out": Reason.EXIT_UNDONE, "in": Reason.RETURN_UNDONE}


async def undo_scan(
    services: Services, *, org_id: int, operator_id: int, operator_name: str, role: str, scan_id: UUID, reason: str,
    gate: str | None = None, source: str = "socket", venue_ids: tuple[int, ...] = (), alone: bool = False, again: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Undo the entry, exit or return that `scan_id` recorded. Managers may undo any, operators their own for 15 minutes.

    `venue_ids` is the scope of whoever undoes. Of a party that came in parts, the people of this scan are undone. A scan that admitted several tickets is undone for all,
    or with `alone` for its own ticket. A reservation that was made at the gate for the scan ends, and one that was moved for it is moved back,
    unless the scan is recorded `again`.

    Refuses SCAN_NOT_FOUND, FORBIDDEN (another operator's scan), UNDO_TOO_LATE, NOTHING_TO_UNDO. If the scan is not the last
    movement of its ticket, refuses LEFT_SINCE (entry) or MOVED_SINCE (exit or return).
    """
    for _ in range(MAX_ATTEMPTS):
        scan = await services.database.scans.fetchrow(ENTRIES.read_scan, org_id, scan_id)
        now = services.clock.now()
        way = _refuse_or_find_way(scan, operator_id, role, now)
        if venue_ids and scan["venue_id"] not in venue_ids:
            raise Refused(Reason.FORBIDDEN, venue_ids=list(venue_ids))
        zone = (await services.venues.read(org_id, scan["venue_id"])).zone
        undo = _Undo(org_id, operator_id, operator_name, source, gate, reason, now, zone, alone, again)
        try:
            undone = await _undo_once(services, undo, scan, way)
        except (_Raced, asyncpg.DeadlockDetectedError):
            continue
        if not undone:
            continue
        _free_places(services, org_id, undone)
        services.announcer.publish(one for row in undone for one in _announcements(row, org_id, scan["venue_id"], way))
        services.scan_events.publish([
            LoggedScan(org_id, scan["venue_id"], row.undo_id, now, now, gate, operator_id, operator_name, "undo", source,
                 "YELLOW", _UNDONE[way].value, False, row.changed["code"], row.scan["ticket_id"],
                 people=row.scan["people"], slot_id=row.scan["slot_id"])
            for row in undone
        ])  # fmt: skip
        for row in undone:
            telemetry.event(telemetry.SCAN_UNDONE, ticket_id=row.scan["ticket_id"], operator_id=operator_id)
        first = undone[0]
        return {
            "scan_id": str(scan_id),
            "undo_scan_id": str(first.undo_id),
            "reason": _UNDONE[way].value,
            "ticket_code": first.changed["code"],
            "ticket_status": first.changed["status"],
            "people": sum(row.scan["people"] for row in undone),
        }
    raise Refused(Reason.BUSY)


class _Raced(Exception):
    """A scan of a party has changed since it was read, and nothing was written."""


class _Undo(NamedTuple):
    """Who undoes, where, when and why."""

    org_id: int
    operator_id: int
    operator_name: str
    source: str
    gate: str | None
    reason: str
    now: datetime
    zone: ZoneInfo
    alone: bool
    again: bool

    def days(self, scan: Any) -> tuple[date, date | None]:
        """Return the business day of the scan, to which its undo belongs too, and that day as the log keeps it."""
        day = scan["day"] or today(scan["moment"], self.zone)
        return day, unless_date_of(self.now, day, self.zone)


class _Undone(NamedTuple):
    """One scan that was undone: its row of `read_scan`, and the row of the statement that undid it."""

    scan: Any
    undo_id: UUID
    changed: Any
    party: tuple[int, int] | None = None
    """Size of its party, and how many are in now."""
    others: Sequence[str] = ()
    """The codes of the others who were booked together with it, on one of the scans that were undone together."""
    moved: Sequence[Any] = ()
    """The slots from and to which its reservation was moved back."""


async def _undo_once(services: Services, undo: _Undo, scan: Any, way: str | None) -> list[_Undone]:
    """Undo the scan. Return nothing if its ticket has changed since it was read. Refuses MOVED_SINCE, LEFT_SINCE."""
    scans = services.database.scans
    if way is not None:
        undone = await _undo_movement(scans, undo, scan, way)
        if not undone and not await _has_changed(services, undo.org_id, scan):
            raise Refused(Reason.MOVED_SINCE)
        return undone
    if undo.alone or (scan["booked_together"] or 1) == 1:
        if scan["moved_from"] is None or undo.again:
            return await _undo_entry(scans, undo, scan)
        async with scans.transaction() as connection:
            return await _undo_swap(connection, services, undo, scan)
    # The scan may have admitted others who were booked together with this ticket. All are undone, or none.
    async with scans.transaction() as connection:
        members = await connection.fetch(ENTRIES.lock_party, undo.org_id, scan["reservation_id"])
        ids = [entry_id(scan["scan_id"], row["id"]) for row in members]
        also = [row["scan_id"] for row in await connection.fetch(ENTRIES.party_scans, undo.org_id, ids)
                if row["entered"] and row["undone_by"] is None]  # fmt: skip
        undone = []
        for scan_id in [scan["scan_id"], *also]:
            row = await connection.fetchrow(ENTRIES.read_scan, undo.org_id, scan_id)
            if row["undone_by"] is not None or row["verified_at"] is None:
                raise _Raced
            undone += await (
                _undo_entry(connection, undo, row)
                if row["moved_from"] is None
                else _undo_swap(connection, services, undo, row)
            )
        if len(undone) <= len(also):
            raise _Raced
        [party] = await connection.fetch(ENTRIES.party_counts, [undo.org_id], [scan["reservation_id"]])
    codes = {row.changed["code"] for row in undone}
    undone = [row._replace(party=(party["size"], party["admitted"])) for row in undone]
    return [undone[0]._replace(others=[code for code in party["codes"] if code not in codes]), *undone[1:]]


async def _undo_entry(connection: Any, undo: _Undo, scan: Any) -> list[_Undone]:
    if scan["admitted"] - scan["out"] < scan["people"]:
        raise Refused(Reason.LEFT_SINCE)
    undo_id = sortable_uuid()
    day, kept_day = undo.days(scan)
    row = await connection.fetchrow(
        ENTRIES.undo_scan, undo.org_id, scan["scan_id"], scan["ticket_id"], scan["version"], scan["reservation_id"], undo_id,
        scan["venue_id"], undo.operator_id, undo.source, undo.gate, scan["slot_id"], undo.reason, undo.now,
        day, scan["people"], kept_day, undo.again,
    )  # fmt: skip
    if row is None:
        return []
    party = (scan["places"], row["admitted"]) if (scan["places"] or 1) > 1 else None
    return [_Undone(scan, undo_id, row, party)]


async def _undo_swap(connection: Any, services: Services, undo: _Undo, scan: Any) -> list[_Undone]:
    """Undo an entry for which its reservation was moved, and move it back if its own slot still has room."""
    swap = await connection.fetchrow(
        ENTRIES.lock_swap, undo.org_id, scan["ticket_id"], scan["version"], scan["reservation_id"], scan["slot_id"],
        scan["moved_from"],
    )  # fmt: skip
    if swap is None:
        return []
    undone = await _undo_entry(connection, undo, scan)
    if not undone or undone[0].changed["given_back"]:
        return undone
    token = secret_token()
    was = {
        "date": swap["date"].isoformat(),
        "start_time": swap["start_time"].isoformat("seconds"),
        "end_time": swap["end_time"].isoformat("seconds"),
    }
    rows = await connection.fetch(
        CHANGES.move_places, undo.org_id, [scan["ticket_id"]], [scan["version"] + 1], [scan["reservation_id"]],
        scan["moved_from"], undo.now, token, token_hash(token), json.dumps(was),
    )  # fmt: skip
    if rows:
        by = Actor(undo.org_id, staff_id=undo.operator_id, name=undo.operator_name, source="page")
        await record_change(
            connection, services, by, AuditAction.RESERVATION_MOVED, scan["reservation_id"], venue_id=scan["venue_id"],
            before={"slot_id": scan["slot_id"]}, after={"slot_id": scan["moved_from"]},
        )  # fmt: skip
    return [undone[0]._replace(moved=rows)]


async def _undo_movement(connection: Any, undo: _Undo, scan: Any, way: str) -> list[_Undone]:
    undo_id = sortable_uuid()
    row = await connection.fetchrow(
        EXITS.undo_movement, undo.org_id, scan["scan_id"], scan["ticket_id"], scan["version"], scan["reservation_id"], undo_id,
        scan["venue_id"], undo.operator_id, undo.source, undo.gate, scan["slot_id"], undo.reason, undo.now, way,
        scan["people"], undo.days(scan)[1],
    )  # fmt: skip
    return [] if row is None else [_Undone(scan, undo_id, row)]


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


def _free_places(services: Services, org_id: int, undone: Sequence[_Undone]) -> None:
    """Tell seat admission of the places that cancelled tickets have given back. A movement gives none back."""
    for one in undone:
        for row in (*([one.changed] if one.changed.get("given_back") else ()), *one.moved):
            slot = SlotChanged.of(row).slot
            services.seat_admission.settle(org_id, slot.slot_id, free=slot.free, revision=slot.revision)


def _announcements(undone: _Undone, org_id: int, venue_id: int, way: str | None) -> list[Announcement]:
    row, party = undone.changed, undone.party
    if way is not None:
        return [TicketsChanged.of(org_id, venue_id, [row["code"]], "undone"), MovementsChanged.of(row)]
    changed: list[Announcement] = [TicketsChanged.of(org_id, venue_id, [row["code"]], "undone", party)]
    if undone.others:
        changed.append(TicketsChanged.of(org_id, venue_id, undone.others, "party", party))
    if row["id"] is not None:
        changed.append(SlotChanged.of(row))
    if undone.moved:
        changed += [*map(SlotChanged.of, undone.moved), TicketsChanged.of(org_id, venue_id, [row["code"]], "moved")]
    if row["walked_date"] is not None:
        changed.append(
            WalkInsChanged(org_id, venue_id, row["walked_date"], row["walked_entered"], row["walked_revision"])
        )
    return changed
