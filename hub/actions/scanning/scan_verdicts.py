"""The verdicts on scans: decide one scan from its row, or repeat the answer that its scan_id got before."""

from datetime import date, datetime
from typing import Any

from hub.actions.scanning.movements import Movement
from hub.actions.scanning.scan_batch import PendingScan
from hub.actions.scanning.scan_facts import facts_of
from hub.rules import venue_day
from hub.rules.decisions import Decision, Presence
from hub.rules.entry_decision import (
    MISTYPED,
    UNKNOWN,
    FirstEntry,
    ReservationFacts,
    TicketFacts,
    Verdict,
    decide_entry,
    entry_recorded,
)
from hub.rules.leaving import EXIT_REMEMBERED, RETURN_REMEMBERED, decide_exit
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import ScanRequest
from hub.rules.ticket_code import looks_mistyped
from hub.rules.venue import Venue


def decide_entry_scan(scan: PendingScan, row: Any, venue: Venue, now: datetime, today: date) -> None:
    """Decide an entry scan by its row of `read_entry_scans`. Sets answer, version, and whether it will be logged."""
    request = scan.request
    ticket = reservation = first_entry = status = None
    if row["id"] is not None:
        ticket, reservation, first_entry = facts_of(row)
        status, scan.version = ticket.status, row["version"]
    if row["scanned_code"] is not None:
        scan.to_log = False
        scan.answer = _entry_answered_before(scan, row, ticket, reservation, first_entry, venue, today)
        return
    if request.source == "sync" and request.scanned_at is not None:
        now, ticket = request.scanned_at, _before_expiry(ticket, reservation)
    verdict = decide_entry(ticket, reservation, first_entry, venue.policy, venue.id, now, venue.zone)
    if verdict is UNKNOWN:
        verdict = _or_mistyped(verdict, request.code)
    enters = request.mode == "verify" and first_entry is None and verdict.can_verify
    if enters and ticket is not None:
        first_entry = FirstEntry(now, request.operator_id, request.operator_name, request.gate)
        status = status if ticket.channel == "ota" else "VERIFIED"
        if verdict.result == "GREEN":
            verdict = entry_recorded(verdict)
    scan.answer = Decision(verdict, ticket, status, reservation, first_entry, today, scan.scan_id, enters)


def decide_exit_scan(scan: PendingScan, row: Any, venue: Venue, now: datetime, today: date) -> None:
    """Decide an exit scan by its row of `read_exit_scans`. Sets the answer and the movement to write."""
    request = scan.request
    ticket = reservation = entry = status = None
    if row["id"] is not None:
        ticket, reservation, entry = facts_of(row)
        status = ticket.status
    presence = _presence(row)
    repeated = row["scanned_code"] is not None
    if repeated:
        scan.to_log = False
        if row["scanned_code"] != request.code:
            scan.answer = Refused(Reason.SCAN_ID_REUSED)
            return
        verdict = EXIT_REMEMBERED.get(Reason(row["scanned_reason"]), UNKNOWN)
    else:
        verdict = _exit_verdict(request, row, entry, presence, venue, now)
    verdict = _or_mistyped(verdict, request.code)
    decision = Decision(verdict, ticket, status, reservation, entry, today, scan.scan_id, False, repeated, presence)
    scan.answer = decision
    if repeated:
        return
    if verdict.reason is not Reason.EXIT_RECORDED:
        scan.movement = Movement(request, decision)
        return
    counted_day = row["counted_date"] or venue_day.today(row["verified_at"], venue.zone)
    counted_venue = row["counted_venue_id"] or venue.id
    scan.movement = Movement(request, decision, "out", counted_venue, counted_day, row["version"])


def _exit_verdict(  # noqa: PLR0917 - the facts, as `decide_exit_scan` has them
    request: ScanRequest, row: Any, entry: FirstEntry | None, presence: Presence | None, venue: Venue, now: datetime
) -> Verdict:
    since, left_at, gate = presence or Presence(None)
    moment = request.scanned_at if request.source == "sync" and request.scanned_at is not None else now
    if since is not None and request.source != "sync":
        # A holder who is scanned online is here now, whatever the clock of the process that recorded the entry says.
        moment = max(moment, since, left_at or since)
    left = (left_at, gate) if left_at is not None else None
    entry_venue = row["entry_venue_id"] or venue.id
    return decide_exit(row["id"] is not None, entry, entry_venue, left, since, venue.id, moment, venue.zone)


def _presence(row: Any) -> Presence | None:
    """Return where the ticket's holder is by the stored rows; None if they never entered."""
    if row["verified_at"] is None:
        return None
    if row["left_at"] is not None and row["returned_at"] is None:
        return Presence(row["verified_at"], row["left_at"], row["left_gate"])
    return Presence(row["returned_at"] or row["verified_at"])


def _entry_answered_before(  # noqa: PLR0917 - the facts, as `decide_entry_scan` has them
    scan: PendingScan,
    row: Any,
    ticket: TicketFacts | None,
    reservation: ReservationFacts | None,
    first_entry: FirstEntry | None,
    venue: Venue,
    today: date,
) -> Decision | Refused:
    """Return the answer that this scan_id got, with the same texts."""
    request = scan.request
    if row["scanned_code"] != request.code:
        return Refused(Reason.SCAN_ID_REUSED)
    entry_before = first_entry if row["scanned_reason"] == Reason.ALREADY_VERIFIED else None
    ticket_before = ticket if entry_before is not None else _before_entry(ticket)
    then = row["scanned_logged_at"]
    if request.source == "sync" and request.scanned_at is not None:
        then, ticket_before = request.scanned_at, _before_expiry(ticket_before, reservation)
    verdict = decide_entry(ticket_before, reservation, entry_before, venue.policy, venue.id, then, venue.zone)
    verdict = _logged_verdict(row, _or_mistyped(verdict, request.code))
    status = ticket.status if ticket else None
    entered = row["scanned_entered"]
    return Decision(verdict, ticket, status, reservation, first_entry, today, scan.scan_id, entered, True)


def _before_expiry(ticket: TicketFacts | None, reservation: ReservationFacts | None) -> TicketFacts | None:
    """Return the ticket as it was before it expired, because an offline scan is decided as of its own time."""
    if ticket is None or ticket.status != "EXPIRED" or ticket.channel == "ota":
        return ticket
    if reservation is not None:
        return ticket._replace(status="RESERVED")
    return ticket._replace(status="ACTIVATED") if ticket.valid_until is not None else ticket


def _before_entry(ticket: TicketFacts | None) -> TicketFacts | None:
    """Return the ticket as it was before its entry, so that a repeated answer gets the same texts."""
    return ticket._replace(status="RESERVED") if ticket is not None and ticket.status == "VERIFIED" else ticket


def _or_mistyped(verdict: Verdict, code: str) -> Verdict:
    """Return the verdict on a mistyped code if the code is unknown and its check character is wrong."""
    return MISTYPED if verdict is UNKNOWN and looks_mistyped(code) else verdict


def _logged_verdict(row: Any, verdict: Verdict) -> Verdict:
    """Return the verdict of the log. `verdict` gives the texts if the facts still give the same reason."""
    reason, result = Reason(row["scanned_reason"]), row["scanned_result"]
    if reason is Reason.VERIFIED and verdict.reason is Reason.VALID:
        return entry_recorded(verdict)
    if reason is verdict.reason and result == verdict.result:
        return verdict
    if reason in RETURN_REMEMBERED:
        return RETURN_REMEMBERED[reason]
    can_verify = reason in (Reason.VALID, Reason.VERIFIED, Reason.ALREADY_VERIFIED) or result == "YELLOW"
    words = reason.value.replace("_", " ") if reason is not Reason.VERIFIED else "ENTRY RECORDED"
    return Verdict(result, reason, can_verify, words, "Answered before", None)
