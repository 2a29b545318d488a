"""The entry of a conflict: a holder whom an offline scanner let in, and of whom a manager decides that they may stay.

It is recorded like an override: a scan of the manager with mode `override` and the id of the conflict's scan, by which it is undone.
It counts at the moment and the venue where the holder came in. A holder who had left by then comes back. Nothing is recorded for
whoever is in already: the ticket of a second person has its entry, and an unknown code has no ticket.
"""

from datetime import datetime
from typing import Any, NamedTuple

from db import row_literals
from db.row_literals import text
from db.statements import load
from hub.access.tokens import Identity
from hub.actions.scanning.entry_rows import count_changed, log_row
from hub.actions.scanning.late_exits import record_late_exits
from hub.actions.scanning.movements import Movement, absences_of, write_movements
from hub.actions.scanning.scan_batch import PendingScan
from hub.actions.scanning.scan_facts import facts_of
from hub.events.announcements import Announcement, TicketsChanged
from hub.events.scan_events import LoggedScan, logged_scan
from hub.rules.business_day import day_of_scan, unless_date_of
from hub.rules.decisions import Decision, Presence
from hub.rules.entry_decision import ENTERED, Verdict, party_of
from hub.rules.leaving import Absence, returned_by_supervisor
from hub.rules.scan_requests import ScanRequest
from hub.rules.venue import Venue
from hub.rules.venue_day import today

ENTRIES = load("scanning/entries")


class Raced(Exception):
    """The ticket has changed since it was read. The transaction must be rolled back and tried again."""


class ConflictEntry(NamedTuple):
    """What is published after the commit."""

    announcements: list[Announcement]
    logged: list[LoggedScan]


async def record_conflict_entry(
    connection: Any, manager: Identity, conflict: Any, venue: Venue, now: datetime
) -> ConflictEntry | None:
    """Record the entry or the return of a conflict, in a transaction that has locked it. None if there is nothing to record.

    The exits that came after it in moments, and were refused for want of it, are recorded too.
    """
    request = ScanRequest.of(
        manager, conflict["venue_id"], "override", conflict["code"], "sync", scan_id=conflict["scan_id"],
        scanned_at=conflict["scanned_at"], gate=conflict["gate"], device=conflict["device"],
    )  # fmt: skip
    asked = row_literals.rows([f"{request.org_id},{text(request.code)},{conflict['scan_id'].hex},override"])
    row = await connection.fetchrow(ENTRIES.read_entry_scans, asked)
    if row["id"] is None or row["was_answered"] or (row["channel"] == "booking" and row["reservation_id"] is None):
        # No ticket, let in by a supervisor before, or a booking that nobody has confirmed.
        return None
    remaining = 1 if row["places"] is None else row["places"] - row["admitted"]
    if row["verified_at"] is None or 0 < remaining < (row["places"] or 1):
        entry = await _record_entry(connection, request, row, conflict["people"], venue, now)
    else:
        [(absence, version)] = await absences_of(connection, [(request.org_id, row["id"])])
        if version != row["version"]:
            raise Raced
        if absence is None or absence.left_at > conflict["scanned_at"]:
            return None
        entry = await _record_return(connection, request, row, absence, conflict["people"], venue, now)
    left, exits = await record_late_exits(connection, venue, row["code"], conflict["scanned_at"], now)
    logged = [logged_scan(one.request, one.answer, now) for one in exits if isinstance(one.answer, Decision)]
    return ConflictEntry([*entry.announcements, *left], [*entry.logged, *logged])


async def _record_entry(  # noqa: PLR0917 - what `record_conflict_entry` has
    connection: Any, request: ScanRequest, row: Any, people: int, venue: Venue, now: datetime
) -> ConflictEntry:
    moment, scan_id = request.scanned_at, request.scan_id
    assert moment is not None
    assert scan_id is not None
    ticket, reservation, _ = facts_of(row)
    day = day_of_scan(reservation, venue.policy, venue.id, moment, venue.zone, venue.business_day(moment))
    apart = reservation is not None and (reservation.venue_id != venue.id or reservation.date != day)
    party = party_of(ticket, reservation)
    people = 1 if party is None else min(people, party.remaining)
    party = party and party.after(people)
    decision = Decision(
        ENTERED, ticket, ticket.status, reservation, None, today(moment, venue.zone), scan_id, entered=True, people=people,
        party=party,
    )  # fmt: skip
    scan = PendingScan(request, scan_id, decision, row["version"], day=unless_date_of(moment, day, venue.zone))
    written = row_literals.rows([log_row(scan, apart=apart)])
    rows = await connection.fetch(ENTRIES.write_entry_scans, written, now, [None])
    if any(one["kind"] == "raced" for one in rows):
        raise Raced
    numbers = None if party is None else (party.size, party.admitted)
    changed = TicketsChanged.of(request.org_id, request.venue_id, [request.code], "verified", numbers)
    slot_id = None if apart or reservation is None else reservation.slot_id
    return ConflictEntry([*map(count_changed, rows), changed], [_logged(request, decision, ENTERED, slot_id, now)])


async def _record_return(  # noqa: PLR0917 - as above
    connection: Any, request: ScanRequest, row: Any, absence: Absence, people: int, venue: Venue, now: datetime
) -> ConflictEntry:
    moment, scan_id = request.scanned_at, request.scan_id
    assert moment is not None
    assert scan_id is not None
    ticket, reservation, entry = facts_of(row)
    verdict = returned_by_supervisor(absence, moment, venue.zone)
    decision = Decision(
        verdict, ticket, ticket.status, reservation, entry, today(moment, venue.zone), scan_id, entered=False,
        presence=Presence(None, absence.left_at, absence.gate), people=min(people, absence.people),
    )  # fmt: skip
    day = unless_date_of(moment, absence.date, venue.zone)
    movement = Movement(request, decision, "in", absence.venue_id, absence.date, row["version"], day)
    raced, announcements = await write_movements(connection, [movement], now)
    if raced:
        raise Raced
    slot_id = None if reservation is None else reservation.slot_id
    return ConflictEntry(announcements, [_logged(request, decision, verdict, slot_id, now)])


def _logged(
    request: ScanRequest, decision: Decision, verdict: Verdict, slot_id: int | None, now: datetime
) -> LoggedScan:
    assert request.scan_id is not None
    assert request.scanned_at is not None
    return LoggedScan(
        request.org_id, request.venue_id, request.scan_id, now, request.scanned_at, request.gate, request.operator_id,
        request.operator_name, "override", "sync", verdict.result, verdict.reason.value, decision.entered, request.code,
        decision.ticket.id if decision.ticket else None, people=decision.people, slot_id=slot_id,
    )  # fmt: skip
