"""The deed of letting somebody in against the door's word: a supervisor's entry, with its reason, on a scan that let nobody in.
Where the ticket's holder has left and not come back, it is their return that is recorded.

Either is a scan of its own with mode `override` and the id of the disputed one: one scan is overridden once, and its id is
the one to undo it by. The decision and what it records are one transaction: nobody is told yes without an entry.
"""

from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

import asyncpg

from db import row_literals
from db.row_literals import known_text, text
from db.statements import load
from hub.access.tokens import Identity
from hub.actions.scanning.disputes import DISPUTES, read_dispute, tell, unless_decided_otherwise
from hub.actions.scanning.movements import Movement, absences_of, write_movements
from hub.actions.scanning.scan_verdicts import facts_of
from hub.actions.scanning.undo_scan import undo_scan
from hub.actions.venues.venue_cache import Venue
from hub.events.announcements import Announcement, SlotChanged, TicketsChanged, WalkInsChanged
from hub.events.scan_events import LoggedScan
from hub.observability import telemetry
from hub.rules.decisions import Decision, Presence
from hub.rules.leaving import Absence, returned_by_supervisor
from hub.rules.override import obstacle
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import ScanRequest
from hub.rules.timestamps import rfc3339
from hub.rules.venue_day import today
from hub.services import Services

ENTRIES = load("scanning/entries")
MAX_ATTEMPTS = 4

Source = Literal["socket", "http"]


class _Raced(Exception):
    """The ticket has changed since it was read: nothing was written."""


class _Answer(NamedTuple):
    """A supervisor's yes on its way into the log, to the scan as `disputed_scan` reads it."""

    who: Identity
    scan: Any
    reason: str
    source: Source
    venue: Venue


class _Recorded(NamedTuple):
    """What a yes has recorded, VERIFIED or RE_ENTRY, and whom it is news to."""

    reason: Reason
    told: list[Announcement]


async def override_entry(
    services: Services, who: Identity, scan_id: UUID, reason: str, *, take_back: bool = False, source: Source = "socket"
) -> dict[str, Any]:
    """Record an entry on a scan that let nobody in, or the return of its ticket's holder where they have left, and tell
    everybody; the same answer again changes nothing.

    `take_back`: an entry that stands in the way was a mistake, and is undone first, for the same reason.
    Refuses SCAN_NOT_FOUND, NOTHING_TO_DISPUTE, DISPUTE_DECIDED, and what no supervisor overlooks (`rules/override.py`):
    TICKET_NOT_FOUND, TICKET_CANCELLED, TICKET_NOT_ACTIVATED, ALREADY_VERIFIED.
    """
    for _ in range(MAX_ATTEMPTS):
        scan = await services.database.scans.fetchrow(DISPUTES.disputed_scan, who.org_id, scan_id)
        if scan is None:
            raise Refused(Reason.SCAN_NOT_FOUND)
        if scan["let_in"]:
            raise Refused(Reason.NOTHING_TO_DISPUTE)
        answer = _Answer(who, scan, reason, source, await services.venues.read(who.org_id, scan["venue_id"]))
        try:
            recorded = await _decide_and_record(services, answer)
        except (_Raced, asyncpg.DeadlockDetectedError):
            continue
        except Refused as refused:
            if not take_back or refused.reason is not Reason.ALREADY_VERIFIED:
                raise
            await _take_back(services, answer)
            continue
        dispute = await read_dispute(services, who.org_id, scan_id)
        if recorded is None:
            return unless_decided_otherwise(dispute, "admitted")
        services.announcer.publish(recorded.told)
        now = services.clock.now()
        services.scan_events.publish([
            LoggedScan(who.org_id, scan["venue_id"], scan_id, now, now, scan["gate"], who.staff_id, who.name, "override", source,
                 "GREEN", recorded.reason.value, recorded.reason is Reason.VERIFIED, scan["code"], scan["ticket_id"])
        ])  # fmt: skip
        await tell(services, who.org_id, dispute)
        telemetry.scan_decided("override", "GREEN", recorded.reason)
        telemetry.event(
            telemetry.DISPUTE_DECIDED, operator_id=who.staff_id, decision="admitted", ticket_id=scan["ticket_id"],
            reason=recorded.reason,
            also=[telemetry.TICKET_VERIFIED] if recorded.reason is Reason.VERIFIED else [telemetry.SCAN_ALLOWED],
        )  # fmt: skip
        return dispute
    raise Refused(Reason.BUSY, message="This ticket is changing just now. Please try again.")


async def _decide_and_record(services: Services, answer: _Answer) -> _Recorded | None:
    """What was recorded; None where it was decided before. Raises `_Raced` where the ticket changed meanwhile."""
    who, scan, reason, *_ = answer
    org_id, scan_id, now = who.org_id, scan["scan_id"], services.clock.now()
    async with services.database.scans.transaction() as connection:
        settled = await connection.fetchval(DISPUTES.settle, org_id, scan_id, "admitted", reason, who.staff_id, now)
        if settled is None:
            return None
        asked = row_literals.rows([f"{org_id},{text(scan['code'])},{scan_id.hex},override"])
        row = await connection.fetchrow(ENTRIES.read_presented, asked)
        absence = await _absence_of(connection, org_id, row)
        _refuse_what_nobody_may_overlook(row, absence)
        if absence is None:
            recorded = await _enter(connection, answer, row, now)
        else:
            recorded = await _let_back(connection, answer, row, absence, now)
        await connection.execute(DISPUTES.note_override, org_id, scan_id, reason)
    return recorded


async def _absence_of(connection: Any, org_id: int, row: Any) -> Absence | None:
    """Where the holder of a ticket that is in has gone; who has never come in costs no look."""
    if row["verified_at"] is None:
        return None
    [(absence, version)] = await absences_of(connection, [(org_id, row["id"])])
    if version != row["version"]:
        # Read by two statements: between them somebody left or came back.
        raise _Raced
    return absence


def _refuse_what_nobody_may_overlook(row: Any, absence: Absence | None) -> None:
    why = obstacle(row["status"], entered=row["verified_at"] is not None, left=absence is not None)
    if why is Reason.ALREADY_VERIFIED:
        raise Refused(
            why,
            verified_at=rfc3339(row["verified_at"]),
            operator_name=row["operator_name"] or "",
            gate=row["verified_gate"],
        )
    if why is not None:
        raise Refused(why)


async def _enter(connection: Any, answer: _Answer, row: Any, now: datetime) -> _Recorded:
    who, scan = answer.who, answer.scan
    rows = await connection.fetch(ENTRIES.write_presented, row_literals.rows([_entry(answer, row)]), now)
    if any(one["kind"] == "raced" for one in rows):
        raise _Raced
    told = [_counts(one) for one in rows]
    return _Recorded(
        Reason.VERIFIED, [*told, TicketsChanged.of(who.org_id, scan["venue_id"], [scan["code"]], "verified")]
    )


async def _let_back(connection: Any, answer: _Answer, row: Any, absence: Absence, now: datetime) -> _Recorded:
    """The return, counted as the exit was: for the venue and day of the entry."""
    who, scan, _, source, venue = answer
    presentation = ScanRequest(
        who.org_id, scan["venue_id"], who.staff_id, who.name, "override", scan["code"], scan["scan_id"],
        gate=scan["gate"], source=source,
    )  # fmt: skip
    ticket, reservation, entry = facts_of(row)
    decision = Decision(
        returned_by_supervisor(absence, now, venue.zone), ticket, ticket.status, reservation, entry, today(now, venue.zone),
        scan["scan_id"], entered=False, presence=Presence(None, absence.left_at, absence.gate),
    )  # fmt: skip
    movement = Movement(presentation, decision, "in", absence.venue_id, absence.date, row["version"])
    raced, told = await write_movements(connection, [movement], now)
    if raced:
        raise _Raced
    return _Recorded(decision.verdict.reason, told)


async def _take_back(services: Services, answer: _Answer) -> None:
    """Undo the entry that stands in the way. Somebody else may just have done so, or its holder may just have left: then it is in
    the way no more."""
    who, scan, reason, source, _ = answer
    entry = await services.database.fetchval(DISPUTES.standing_entry, who.org_id, scan["code"], scan["ticket_id"])
    if entry is None:
        return
    try:
        await undo_scan(
            services, org_id=who.org_id, operator_id=who.staff_id, operator_name=who.name, role=who.role, scan_id=entry,
            reason=reason, gate=scan["gate"], source=source,
        )  # fmt: skip
    except Refused as refused:
        if refused.reason not in (Reason.NOTHING_TO_UNDO, Reason.LEFT_SINCE):
            raise


def _entry(answer: _Answer, row: Any) -> str:
    """The fields of `judged_scan`, in their order: an entry at the gate of the disputed scan, by the supervisor."""
    who, scan, _, source, _ = answer
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
