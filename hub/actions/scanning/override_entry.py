"""The override: a supervisor lets in a holder whom a scan refused. If the holder has left, their return is recorded.

It is a separate scan with mode `override` and the id of the refused one. So a scan is overridden once, and the override is
undone by that id. Decision and entry are one transaction, so no supervisor gets a confirmation without an entry.
"""

from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

import asyncpg

from db import row_literals
from db.row_literals import text
from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.access.tokens import Identity
from hub.actions.scanning.disputes import DISPUTES, publish_dispute, read_dispute, refuse_other_decision
from hub.actions.scanning.entry_rows import count_changed, log_row
from hub.actions.scanning.movements import Movement, absences_of, write_movements
from hub.actions.scanning.scan_batch import PendingScan
from hub.actions.scanning.scan_facts import facts_of
from hub.actions.scanning.undo_scan import undo_scan
from hub.events.announcements import Announcement, TicketsChanged
from hub.events.scan_events import LoggedScan
from hub.observability import telemetry
from hub.rules.business_day import day_of_scan, unless_date_of
from hub.rules.decisions import Decision, Presence
from hub.rules.entry_decision import ENTERED, ReservationFacts, party_of
from hub.rules.leaving import Absence, returned_by_supervisor
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.override import obstacle
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import ScanRequest
from hub.rules.timestamps import rfc3339
from hub.rules.venue import Venue
from hub.rules.venue_day import today
from hub.services import Services

ENTRIES = load("scanning/entries")

Source = Literal["socket", "http"]


class _Raced(Exception):
    """The ticket has changed since it was read, and nothing was written."""


class _Override(NamedTuple):
    """A supervisor's decision to admit. The scan is a row of `disputed_scan`."""

    supervisor: Identity
    scan: Any
    reason: str
    source: Source
    venue: Venue
    people: int | None

    def let_in(self, most: int) -> int:
        """Return how many are let in, of at most `most`: the given number, or as many as the refused scan wanted to admit."""
        if self.people is not None:
            if self.people > most:
                raise Refused(Reason.PARTY_TOO_LARGE, remaining=most)
            return self.people
        return min(self.scan["people"], most) if self.scan["mode"] == "verify" else most

    def request(self) -> ScanRequest:
        """Return the override as a scan request of the supervisor at the gate of the refused scan."""
        scan = self.scan
        return ScanRequest.of(
            self.supervisor,
            scan["venue_id"],
            "override",
            scan["code"],
            self.source,
            scan_id=scan["scan_id"],
            gate=scan["gate"],
        )


class _Recorded(NamedTuple):
    """The result of an override: VERIFIED or RE_ENTRY, the announcements about it, and how many people it let in."""

    reason: Reason
    announcements: list[Announcement]
    people: int
    slot_id: int | None


async def override_entry(
    services: Services,
    supervisor: Identity,
    scan_id: UUID,
    reason: str,
    *,
    take_back: bool = False,
    count: int | None = None,
    source: Source = "socket",
) -> dict[str, Any]:
    """Record an entry for a refused scan, or the return of a holder who has left. Repeating it changes nothing.

    `take_back`: undo the recorded entry first, with the same reason, because it was a mistake. `count`: how many of a party; None:
    as many as the scan wanted to admit, and all that remain if it was a check.
    Refuses SCAN_NOT_FOUND, FORBIDDEN (at another venue), NOTHING_TO_DISPUTE, DISPUTE_DECIDED, and what no supervisor may overrule (`hub/rules/override.py`):
    TICKET_NOT_FOUND, TICKET_CANCELLED, TICKET_NOT_ACTIVATED, ALREADY_VERIFIED; PARTY_TOO_LARGE if fewer than `count` remain.
    """
    for _ in range(MAX_ATTEMPTS):
        scan = await services.database.scans.fetchrow(DISPUTES.disputed_scan, supervisor.org_id, scan_id)
        if scan is None:
            raise Refused(Reason.SCAN_NOT_FOUND)
        refuse_other_venue(supervisor, scan["venue_id"])
        if scan["let_in"]:
            raise Refused(Reason.NOTHING_TO_DISPUTE)
        venue = await services.venues.read(supervisor.org_id, scan["venue_id"])
        override = _Override(supervisor, scan, reason, source, venue, count)
        try:
            recorded = await _decide_and_record(services, override)
        except (_Raced, asyncpg.DeadlockDetectedError):
            continue
        except Refused as refused:
            if not take_back or refused.reason is not Reason.ALREADY_VERIFIED:
                raise
            await _undo_standing_entry(services, override)
            continue
        dispute = await read_dispute(services, supervisor.org_id, scan_id)
        if recorded is None:
            return refuse_other_decision(dispute, "admitted")
        await _publish(services, override, recorded, dispute)
        return dispute
    raise Refused(Reason.BUSY, message="This ticket is changing just now. Please try again.")


async def _publish(services: Services, override: _Override, recorded: _Recorded, dispute: dict[str, Any]) -> None:
    """Announce, log and count what was recorded."""
    supervisor, scan, _, source, *_ = override
    entered, now = recorded.reason is Reason.VERIFIED, services.clock.now()
    services.announcer.publish(recorded.announcements)
    services.scan_events.publish([
        LoggedScan(supervisor.org_id, scan["venue_id"], scan["scan_id"], now, now, scan["gate"], supervisor.staff_id,
                   supervisor.name, "override", source, "GREEN", recorded.reason.value, entered, scan["code"],
                   scan["ticket_id"], people=recorded.people, slot_id=recorded.slot_id)
    ])  # fmt: skip
    await publish_dispute(services, supervisor.org_id, dispute)
    telemetry.scan_decided("override", "GREEN", recorded.reason)
    telemetry.event(
        telemetry.DISPUTE_DECIDED,
        operator_id=supervisor.staff_id,
        decision="admitted",
        ticket_id=scan["ticket_id"],
        reason=recorded.reason,
        also=[telemetry.SCAN_ALLOWED, *([telemetry.TICKET_VERIFIED, telemetry.VALIDATION_RESULT] if entered else [])],
    )


async def _decide_and_record(services: Services, override: _Override) -> _Recorded | None:
    """Return what was recorded; None if the dispute was decided before. Raises `_Raced` if the ticket changed meanwhile."""
    supervisor, scan, reason, *_ = override
    org_id, scan_id, now = supervisor.org_id, scan["scan_id"], services.clock.now()
    async with services.database.scans.transaction() as connection:
        settled = await connection.fetchval(
            DISPUTES.settle, org_id, scan_id, "admitted", reason, supervisor.staff_id, now
        )
        if settled is None:
            return None
        wanted = row_literals.rows([f"{org_id},{text(scan['code'])},{scan_id.hex},override"])
        row = await connection.fetchrow(ENTRIES.read_entry_scans, wanted)
        part = row["places"] is not None and 0 < row["admitted"] < row["places"]
        # Of a party in part, those still to come are let in, whoever has left.
        absence = None if part else await _absence_of(connection, org_id, row)
        _refuse_obstacle(row, absence, part=part)
        if absence is None:
            recorded = await _record_entry(connection, override, row, now)
        else:
            recorded = await _record_return(connection, override, row, absence, now)
        await connection.execute(DISPUTES.note_override, org_id, scan_id, reason)
    return recorded


async def _absence_of(connection: Any, org_id: int, row: Any) -> Absence | None:
    """Return the absence of a holder who has entered and left. Takes no query if they never entered."""
    if row["verified_at"] is None:
        return None
    [(absence, version)] = await absences_of(connection, [(org_id, row["id"])])
    if version != row["version"]:
        # The holder left or came back between the two statements that read the ticket.
        raise _Raced
    return absence


def _refuse_obstacle(row: Any, absence: Absence | None, *, part: bool) -> None:
    reason = obstacle(row["status"], entered=row["verified_at"] is not None, left=absence is not None, part=part)
    if reason is Reason.ALREADY_VERIFIED:
        raise Refused(
            reason,
            verified_at=rfc3339(row["verified_at"]),
            operator_name=row["operator_name"] or "",
            gate=row["verified_gate"],
        )
    if reason is not None:
        raise Refused(reason)


async def _record_entry(connection: Any, override: _Override, row: Any, now: datetime) -> _Recorded:
    """Record the entry, counted where the holder comes in: in their slot if it is of this day and venue."""
    scan, request = override.scan, override.request()
    ticket, reservation, _ = facts_of(row)
    venue = override.venue
    day = day_of_scan(reservation, venue.policy, venue.id, now, venue.zone, venue.business_day(now))
    apart = reservation is not None and (reservation.venue_id != venue.id or reservation.date != day)
    party = party_of(ticket, reservation)
    people = 1 if party is None else override.let_in(party.remaining)
    party = party and party.after(people)
    decision = Decision(
        ENTERED,
        ticket,
        ticket.status,
        reservation,
        None,
        today(now, venue.zone),
        scan["scan_id"],
        entered=True,
        people=people,
        party=party,
    )
    pending = PendingScan(request, scan["scan_id"], decision, row["version"], day=unless_date_of(now, day, venue.zone))
    written = row_literals.rows([log_row(pending, apart=apart)])
    rows = await connection.fetch(ENTRIES.write_entry_scans, written, now, [None])
    if any(one["kind"] == "raced" for one in rows):
        raise _Raced
    numbers = None if party is None else (party.size, party.admitted)
    changed = TicketsChanged.of(request.org_id, request.venue_id, [request.code], "verified", numbers)
    return _Recorded(
        Reason.VERIFIED, [*map(count_changed, rows), changed], people, None if apart else _slot_of(reservation)
    )


async def _record_return(connection: Any, override: _Override, row: Any, absence: Absence, now: datetime) -> _Recorded:
    """Record the return. Like the exit, it is counted for the venue and day of the entry."""
    zone = override.venue.zone
    ticket, reservation, entry = facts_of(row)
    verdict = returned_by_supervisor(absence, now, zone)
    presence = Presence(None, absence.left_at, absence.gate)
    decision = Decision(
        verdict,
        ticket,
        ticket.status,
        reservation,
        entry,
        today(now, zone),
        override.scan["scan_id"],
        entered=False,
        presence=presence,
        people=(people := override.let_in(absence.people)),
    )
    movement = Movement(override.request(), decision, "in", absence.venue_id, absence.date, row["version"],
                        unless_date_of(now, absence.date, zone))  # fmt: skip
    raced, announcements = await write_movements(connection, [movement], now)
    if raced:
        raise _Raced
    return _Recorded(verdict.reason, announcements, people, _slot_of(reservation))


def _slot_of(reservation: ReservationFacts | None) -> int | None:
    return None if reservation is None else reservation.slot_id


async def _undo_standing_entry(services: Services, override: _Override) -> None:
    """Undo the recorded entry. Nothing is left to do if another call has undone it, or its holder has just left."""
    supervisor, scan, reason, source, *_ = override
    entry = await services.database.fetchval(
        DISPUTES.standing_entry, supervisor.org_id, scan["code"], scan["ticket_id"]
    )
    if entry is None:
        return
    try:
        await undo_scan(
            services,
            org_id=supervisor.org_id,
            operator_id=supervisor.staff_id,
            operator_name=supervisor.name,
            role=supervisor.role,
            scan_id=entry,
            reason=reason,
            gate=scan["gate"],
            source=source,
        )
    except Refused as refused:
        if refused.reason not in (Reason.NOTHING_TO_UNDO, Reason.LEFT_SINCE):
            raise
