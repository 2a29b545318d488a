"""The verdicts on scans: decide one scan from its row."""

from datetime import date, datetime
from typing import Any

from hub.actions.scanning.movements import Movement
from hub.actions.scanning.scan_batch import PendingScan
from hub.actions.scanning.scan_facts import facts_of
from hub.rules import venue_day
from hub.rules.business_day import day_of_scan, unless_date_of
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
    party_of,
    too_many,
)
from hub.rules.leaving import decide_exit, party_leaves
from hub.rules.parties import ONE_PERSON, Party
from hub.rules.product_at_gate import ProductAtGate, ProductsAtGate, at_gate
from hub.rules.reasons import Reason
from hub.rules.scan_requests import ScanRequest
from hub.rules.ticket_code import looks_mistyped
from hub.rules.venue import Venue

ASKED = frozenset({Reason.QUESTION_UNANSWERED, Reason.QUESTION_DENIED})
NO_ENTRY = frozenset({Reason.ALREADY_VERIFIED, Reason.QUESTION_UNANSWERED})
"""Verdicts that let a scan be repeated, but record no entry by themselves."""


def decide_entry_scan(  # noqa: PLR0917 - the facts, as a batch has them
    scan: PendingScan, row: Any, venue: Venue, now: datetime, today: date, products: ProductsAtGate
) -> None:
    """Decide an entry scan by its row of `read_entry_scans`. Sets answer, version, and whether it will be logged."""
    request = scan.request
    ticket = reservation = first_entry = status = product = None
    if row["id"] is not None:
        ticket, reservation, first_entry = facts_of(row)
        status, scan.version = ticket.status, row["version"]
        if products:
            product = products.get(row["product_id"])
        if reservation is not None and reservation.booked_together > 1:
            scan.together = True
            scan.for_party = request.party and request.mode == "verify"
    if request.source == "sync" and request.scanned_at is not None:
        now, ticket = request.scanned_at, before_expiry(ticket, reservation)
        scan.day = logged_day(reservation, venue, now)
    elif reservation is None or reservation.date != today or reservation.venue_id != venue.id:
        scan.day = logged_day(reservation, venue, now)
    verdict = decide_entry(ticket, reservation, first_entry, venue.policy, venue.id, now, venue.zone)
    if verdict is UNKNOWN:
        verdict = _or_mistyped(verdict, request.code)
    if product is not None:
        verdict = at_gate(verdict, product, request.gate, request.answer)
        if verdict.reason in ASKED:
            scan.for_party = False
        _note_answer(scan, verdict, product, venue)
    enters = request.mode == "verify" and verdict.can_verify and verdict.reason not in NO_ENTRY
    people, party = 1, None
    if reservation is not None and (reservation.places > 1 or ticket.channel == "booking"):  # type: ignore[union-attr]
        party = party_of(ticket, reservation)
    if enters and (party is not None or request.count is not None):
        people = _people(request, ONE_PERSON if party is None else party)
        if not people:
            enters, people, verdict = False, request.count or 1, too_many(party or ONE_PERSON)
        elif party is not None:
            party = party.after(people)
    elif party is not None and request.mode == "verify":
        # How many want to come in, for a supervisor who may let them.
        people = request.count or party.remaining or 1
    if enters and ticket is not None:
        entry = FirstEntry(now, request.operator_id, request.operator_name, request.gate)
        if first_entry is None or now < first_entry.verified_at:
            first_entry = entry
        status = status if ticket.channel == "ota" else "VERIFIED"
        if verdict.result == "GREEN":
            verdict = entry_recorded(verdict, party)
    if people == 1 and party is None and product is None:
        # Most scans. Each argument takes as long as a comparison.
        scan.answer = Decision(verdict, ticket, status, reservation, first_entry, today, scan.scan_id, enters)
    else:
        scan.answer = Decision(
            verdict,
            ticket,
            status,
            reservation,
            first_entry,
            today,
            scan.scan_id,
            enters,
            False,
            None,
            people,
            party,
            product,
        )


def logged_day(reservation: ReservationFacts | None, venue: Venue, moment: datetime) -> date | None:
    """Return the business day of a scan at the venue as the log keeps it: None if it is the date of the moment."""
    day = day_of_scan(reservation, venue.policy, venue.id, moment, venue.zone, venue.business_day(moment))
    return unless_date_of(moment, day, venue.zone)


def _note_answer(scan: PendingScan, verdict: Verdict, product: ProductAtGate, venue: Venue) -> None:
    """Keep the answer for the log. An entry without an answer is not logged, unless it happened: its scan_id may be sent again."""
    request = scan.request
    if verdict.reason is Reason.QUESTION_UNANSWERED:
        scan.to_log = request.mode == "validate" or request.source == "sync"
    elif request.answer is not None and product.asks and (verdict.can_verify or verdict.reason in ASKED):
        scan.note = product.answered(request.answer, venue.language)


def _people(request: ScanRequest, party: Party) -> int:
    """Return how many people the scan admits; 0 if it wants more than remain. Offline scans admit those who fit."""
    count = party.remaining if request.count is None else request.count
    if count <= party.remaining:
        return count
    return party.remaining if request.source == "sync" else 0


def decide_exit_scan(
    scan: PendingScan, row: Any, venue: Venue, now: datetime, today: date, _products: ProductsAtGate
) -> None:
    """Decide an exit scan by its row of `read_exit_scans`. Sets the answer and the movement to write."""
    request = scan.request
    ticket = reservation = entry = status = None
    if row["id"] is not None:
        ticket, reservation, entry = facts_of(row)
        status = ticket.status
    party = party_of(ticket, reservation)
    presence, people = _presence(row, party), 1
    verdict = _exit_verdict(request, row, entry, presence, venue, now)
    inside = 1 if presence is None or presence.inside is None else presence.inside
    if verdict.reason is Reason.EXIT_RECORDED and (party is not None or request.count is not None):
        people = inside if request.count is None else request.count
        if request.source == "sync":
            people = min(people, inside)
        verdict = party_leaves(people, inside)
        if verdict.reason is not Reason.EXIT_RECORDED:
            people = 1
        elif presence is not None and presence.inside is not None:
            presence = presence._replace(inside=inside - people)
    elif verdict.reason is not Reason.EXIT_RECORDED:
        # How many left, if their entry is only unknown yet (`late_exits.py`).
        people = request.count or (party.size if party is not None else 1)
    verdict = _or_mistyped(verdict, request.code)
    decision = Decision(
        verdict, ticket, status, reservation, entry, today, scan.scan_id, False, False, presence, people, party
    )
    scan.answer = decision
    moment = request.scanned_at if request.source == "sync" and request.scanned_at is not None else now
    if verdict.reason is not Reason.EXIT_RECORDED:
        scan.movement = Movement(request, decision, logged_day=logged_day(reservation, venue, moment))
        return
    counted_day = row["counted_date"] or venue_day.today(row["entered_at"] or row["verified_at"], venue.zone)
    counted_venue = row["counted_venue_id"] or venue.id
    kept_day = unless_date_of(moment, counted_day, venue.zone)
    scan.movement = Movement(request, decision, "out", counted_venue, counted_day, row["version"], kept_day)


def _exit_verdict(  # noqa: PLR0917 - the facts, as `decide_exit_scan` has them
    request: ScanRequest, row: Any, entry: FirstEntry | None, presence: Presence | None, venue: Venue, now: datetime
) -> Verdict:
    since, left_at, gate, _ = presence or Presence(None)
    moment = request.scanned_at if request.source == "sync" and request.scanned_at is not None else now
    if since is not None and request.source != "sync":
        # A holder who is scanned online is here now, whatever the clock of the process that recorded the entry says.
        moment = max(moment, since, left_at or since)
    left = (left_at, gate) if left_at is not None else None
    entry_venue = row["entry_venue_id"] or venue.id
    return decide_exit(row["id"] is not None, entry, entry_venue, left, since, venue.id, moment, venue.zone)


def _presence(row: Any, party: Party | None) -> Presence | None:
    """Return where the ticket's holder is by the stored rows; None if they never entered. A party is out when all of it are."""
    if row["verified_at"] is None:
        return None
    inside = None if party is None else party.admitted - row["out"]
    if row["left_at"] is not None and row["returned_at"] is None:
        if not inside:
            return Presence(row["verified_at"], row["left_at"], row["left_gate"], inside)
        return Presence(row["verified_at"], inside=inside)
    return Presence(row["returned_at"] or row["verified_at"], inside=inside)


def before_expiry(ticket: TicketFacts | None, reservation: ReservationFacts | None) -> TicketFacts | None:
    """Return the ticket as it was before it expired, because an offline scan is decided as of its own time."""
    if ticket is None or ticket.status != "EXPIRED" or ticket.channel == "ota":
        return ticket
    if reservation is not None:
        return ticket._replace(status="RESERVED")
    return ticket._replace(status="ACTIVATED") if ticket.valid_until is not None else ticket


def _or_mistyped(verdict: Verdict, code: str) -> Verdict:
    """Return the verdict on a mistyped code if the code is unknown and its check character is wrong."""
    return MISTYPED if verdict is UNKNOWN and looks_mistyped(code) else verdict
