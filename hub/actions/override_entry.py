"""The deed of letting somebody in against the door's word: a supervisor's entry, with its reason, on a scan that let nobody in.

The entry is a scan of its own with mode `override` and the id of the disputed one: one scan is overridden once, and its id is
the one to undo the entry by. The decision and the entry are one transaction: nobody is told yes without an entry.
"""

from typing import Any
from uuid import UUID

import asyncpg

from db import row_literals
from db.row_literals import known_text, text
from db.statements import load
from hub import telemetry
from hub.access.tokens import Identity
from hub.actions.disputes import DISPUTES, read_dispute, tell, unless_decided_otherwise
from hub.actions.undo_scan import undo_scan
from hub.announcements import Announcement, SlotChanged, TicketsChanged, WalkInsChanged
from hub.house import House
from hub.moments import rfc3339
from hub.refusals import Refused
from hub.rules.override import obstacle
from hub.rules.reasons import Reason
from hub.scan_news import Seen

DOOR = load("door")
ROUNDS = 4


class _Raced(Exception):
    """The ticket has changed since it was read: nothing was written."""


async def override_entry(
    house: House, who: Identity, scan_id: UUID, reason: str, *, take_back: bool = False, source: str = "socket"
) -> dict[str, Any]:
    """Record an entry on a scan that let nobody in, and tell everybody; the same answer again changes nothing.

    `take_back`: an entry that stands in the way was a mistake, and is undone first, for the same reason.
    Refuses SCAN_NOT_FOUND, NOTHING_TO_DISPUTE, DISPUTE_DECIDED, and what no supervisor overlooks (`rules/override.py`):
    TICKET_NOT_FOUND, TICKET_CANCELLED, TICKET_NOT_ACTIVATED, ALREADY_VERIFIED; with `take_back` also LEFT_SINCE, where whoever
    had entered has left again.
    """
    for _ in range(ROUNDS):
        scan = await house.database.scans.fetchrow(DISPUTES.disputed_scan, who.org_id, scan_id)
        if scan is None:
            raise Refused(Reason.SCAN_NOT_FOUND)
        if scan["entered"]:
            raise Refused(Reason.NOTHING_TO_DISPUTE)
        try:
            rows = await _decide_and_record(house, who, scan, reason, source)
        except (_Raced, asyncpg.DeadlockDetectedError):
            continue
        except Refused as refused:
            if not take_back or refused.reason is not Reason.ALREADY_VERIFIED:
                raise
            await _take_back(house, who, scan, reason, source)
            continue
        dispute = await read_dispute(house, who.org_id, scan_id)
        if rows is None:
            return unless_decided_otherwise(dispute, "admitted")
        told: list[Announcement] = [_counts(row) for row in rows]
        told.append(TicketsChanged.of(who.org_id, scan["venue_id"], [scan["code"]], "verified"))
        house.announcer.tell(told)
        now = house.clock.now()
        house.scan_news.tell([
            Seen(who.org_id, scan["venue_id"], scan_id, now, now, scan["gate"], who.staff_id, who.name,
                 "override", source, "GREEN", Reason.VERIFIED.value, True, scan["code"], scan["ticket_id"])
        ])  # fmt: skip
        await tell(house, who.org_id, dispute)
        telemetry.scan_decided("override", "GREEN", Reason.VERIFIED)
        telemetry.event(
            telemetry.DISPUTE_DECIDED, operator_id=who.staff_id, decision="admitted", ticket_id=scan["ticket_id"],
            also=[telemetry.TICKET_VERIFIED],
        )  # fmt: skip
        return dispute
    raise Refused(Reason.BUSY, message="This ticket is changing just now. Please try again.")


async def _decide_and_record(house: House, who: Identity, scan: Any, reason: str, source: str) -> list[Any] | None:
    """The counts that changed; None where it was decided before. Raises `_Raced` where the ticket changed meanwhile."""
    org_id, scan_id, now = who.org_id, scan["scan_id"], house.clock.now()
    async with house.database.scans.transaction() as connection:
        settled = await connection.fetchval(DISPUTES.settle, org_id, scan_id, "admitted", reason, who.staff_id, now)
        if settled is None:
            return None
        asked = row_literals.rows([f"{org_id},{text(scan['code'])},{scan_id.hex},override"])
        row = await connection.fetchrow(DOOR.read_presented, asked)
        _refuse_what_nobody_may_overlook(row)
        rows: list[Any] = await connection.fetch(
            DOOR.write_presented, row_literals.rows([_entry(who, scan, row, source)]), now
        )
        if any(one["kind"] == "raced" for one in rows):
            raise _Raced
        await connection.execute(DISPUTES.note_override, org_id, scan_id, reason)
    return rows


def _refuse_what_nobody_may_overlook(row: Any) -> None:
    why = obstacle(row["status"], entered=row["verified_at"] is not None)
    if why is Reason.ALREADY_VERIFIED:
        raise Refused(
            why,
            verified_at=rfc3339(row["verified_at"]),
            operator_name=row["operator_name"] or "",
            gate=row["verified_gate"],
        )
    if why is not None:
        raise Refused(why)


async def _take_back(house: House, who: Identity, scan: Any, reason: str, source: str) -> None:
    """Undo the entry that stands in the way; somebody else may just have done so."""
    entry = await house.database.fetchval(DISPUTES.standing_entry, who.org_id, scan["code"], scan["ticket_id"])
    if entry is None:
        return
    try:
        await undo_scan(
            house, org_id=who.org_id, operator_id=who.staff_id, operator_name=who.name, role=who.role, scan_id=entry,
            reason=reason, gate=scan["gate"], source=source,
        )  # fmt: skip
    except Refused as refused:
        if refused.reason is not Reason.NOTHING_TO_UNDO:
            raise


def _entry(who: Identity, scan: Any, row: Any, source: str) -> str:
    """The fields of `judged_scan`, in their order: an entry at the gate of the disputed scan, by the supervisor."""
    place = f"{row['reservation_id']},{row['slot_id']}" if row["reservation_id"] is not None else ","
    return (
        f"{who.org_id},{scan['scan_id'].hex},{scan['venue_id']},{who.staff_id},override,{source},"
        f"{known_text(scan['gate'])},,{text(scan['code'])},{row['id']},{place},GREEN,{Reason.VERIFIED.value},t,"
        f"{row['version']},"
    )


def _counts(row: Any) -> Announcement:
    if row["kind"] == "slot":
        return SlotChanged.of(row)
    return WalkInsChanged(row["org_id"], row["venue_id"], row["date"], row["booked_count"], row["revision"])
