"""The verdict on one scan: from its row of `read_presented`, judged now or remembered from the first time it was presented."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hub.actions.venues.venue_cache import Venue
from hub.rules.decisions import Decision
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
from hub.rules.leaving import RETURN_REMEMBERED, Absence
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import ScanRequest
from hub.rules.ticket_code import looks_mistyped


@dataclass(slots=True)
class PendingScan:
    """A presentation on its way through one flight."""

    presentation: ScanRequest
    scan_id: UUID
    answer: Decision | Refused | None = None
    version: int | None = None
    to_log: bool = field(default=True)
    back: Absence | None = None
    """What the presentation ends, where it lets somebody in again who had left."""


def judge(j: PendingScan, row: Any, venue: Venue, now: datetime, today: date) -> bool:
    """Judge one presentation by its row of `read_presented`; sets answer, version and whether it is to be logged. Says whether
    the answer is that the holder is in already."""
    p = j.presentation
    ticket = reservation = first_entry = status = None
    if row["id"] is not None:
        ticket, reservation, first_entry = facts_of(row)
        status, j.version = ticket.status, row["version"]
    if row["scanned_code"] is not None:
        j.to_log = False
        j.answer = _answered_before(j, row, ticket, reservation, first_entry, venue, today)
        return False
    if p.source == "sync" and p.scanned_at is not None:
        now, ticket = p.scanned_at, _as_of(ticket, reservation)
    verdict = decide_entry(ticket, reservation, first_entry, venue.policy, venue.id, now, venue.zone)
    if verdict is UNKNOWN:
        verdict = sharpened(verdict, p.code)
    enters = p.mode == "verify" and first_entry is None and verdict.can_verify
    if enters and ticket is not None:
        first_entry = FirstEntry(now, p.operator_id, p.operator_name, p.gate)
        status = status if ticket.channel == "ota" else "VERIFIED"
        if verdict.result == "GREEN":
            verdict = entry_recorded(verdict)
    j.answer = Decision(verdict, ticket, status, reservation, first_entry, today, j.scan_id, enters)
    return verdict.reason is Reason.ALREADY_VERIFIED


def facts_of(row: Any) -> tuple[TicketFacts, ReservationFacts | None, FirstEntry | None]:
    """The ticket of a row of `read_presented` that has one, its reservation and the entry that counts."""
    # The columns stand in the order of the facts.
    if row["reservation_id"] is not None:
        ticket = TicketFacts._make((*row[:8], None))
        reservation = ReservationFacts._make(row[14:24])
    else:
        ticket = TicketFacts._make((*row[:8], row["product_venue_id"]))
        reservation = None
    if row["verified_at"] is None:
        return ticket, reservation, None
    operator = row["operator_name"] or ""
    return ticket, reservation, FirstEntry(row["verified_at"], row["verified_by"], operator, row["verified_gate"])


def _answered_before(  # noqa: PLR0917 - the facts, as `judge` has them
    j: PendingScan,
    row: Any,
    ticket: TicketFacts | None,
    reservation: ReservationFacts | None,
    first_entry: FirstEntry | None,
    venue: Venue,
    today: date,
) -> Decision | Refused:
    """The answer this scan_id got, worded as it was then."""
    if row["scanned_code"] != j.presentation.code:
        return Refused(Reason.SCAN_ID_REUSED)
    entry_before = first_entry if row["scanned_reason"] == Reason.ALREADY_VERIFIED else None
    as_before = ticket if entry_before is not None else _as_before(ticket)
    then = row["scanned_logged_at"]
    if j.presentation.source == "sync" and j.presentation.scanned_at is not None:
        then, as_before = j.presentation.scanned_at, _as_of(as_before, reservation)
    verdict = decide_entry(as_before, reservation, entry_before, venue.policy, venue.id, then, venue.zone)
    verdict = _remembered(row, sharpened(verdict, j.presentation.code))
    status = ticket.status if ticket else None
    return Decision(verdict, ticket, status, reservation, first_entry, today, j.scan_id, row["scanned_entered"], True)


def _as_of(ticket: TicketFacts | None, reservation: ReservationFacts | None) -> TicketFacts | None:
    """The ticket as it stood before time ran out for it, for judging a moment in the past: the moment decides then."""
    if ticket is None or ticket.status != "EXPIRED" or ticket.channel == "ota":
        return ticket
    if reservation is not None:
        return ticket._replace(status="RESERVED")
    return ticket._replace(status="ACTIVATED") if ticket.valid_until is not None else ticket


def sharpened(verdict: Verdict, code: str) -> Verdict:
    return MISTYPED if verdict is UNKNOWN and looks_mistyped(code) else verdict


def _as_before(ticket: TicketFacts | None) -> TicketFacts | None:
    """The ticket as it stood before it was let in, for wording a remembered answer."""
    return ticket._replace(status="RESERVED") if ticket is not None and ticket.status == "VERIFIED" else ticket


def _remembered(row: Any, verdict: Verdict) -> Verdict:
    """The verdict the log holds, worded as it was where the facts still say the same."""
    reason, result = Reason(row["scanned_reason"]), row["scanned_result"]
    if reason is Reason.VERIFIED and verdict.reason is Reason.VALID:
        return entry_recorded(verdict)
    if reason is verdict.reason and result == verdict.result:
        return verdict
    if reason in RETURN_REMEMBERED:
        return RETURN_REMEMBERED[reason]
    welcome = reason in (Reason.VALID, Reason.VERIFIED, Reason.ALREADY_VERIFIED)
    words = reason.value.replace("_", " ") if reason is not Reason.VERIFIED else "ENTRY RECORDED"
    return Verdict(result, reason, welcome or result == "YELLOW", words, "Answered before", None)
