"""The entry of a party of tickets: one scan of any of its codes admits several of the tickets that were booked together.

The tickets are locked, read, decided and written in one transaction: all or none. Each gets its own row in the log. The first
has the scan's id, the others have ids made from it, so the scan is recorded once and undone as a whole.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import asyncpg

from db import row_literals
from db.row_literals import text
from db.statements import load
from hub.actions.scanning.entry_rows import answer_text, count_changed, log_row, party_changed
from hub.actions.scanning.kept_answer import as_text
from hub.actions.scanning.scan_batch import PendingScan
from hub.actions.scanning.scan_facts import facts_of
from hub.actions.scanning.scan_verdicts import before_expiry
from hub.events.announcements import Announcement
from hub.rules.decisions import Decision
from hub.rules.entry_decision import FirstEntry, ReservationFacts, TicketFacts, decide_entry, party_recorded, too_many
from hub.rules.inside_limit import refused_when_full
from hub.rules.parties import Party
from hub.rules.product_at_gate import ProductAtGate, ProductsAtGate, at_gate
from hub.rules.reasons import Reason
from hub.rules.venue import Venue
from hub.rules.venue_day import today

ENTRIES = load("scanning/entries")

log = logging.getLogger(__name__)


class PartyWritten(NamedTuple):
    """What is published after the commit."""

    scans: list[PendingScan]
    announcements: list[Announcement]


class _Member(NamedTuple):
    """One ticket of the party, and its own verdict."""

    ticket: TicketFacts
    reservation: ReservationFacts
    entry: FirstEntry | None
    version: int
    product: ProductAtGate | None
    may_enter: bool


def entry_id(scan_id: UUID, ticket_id: int) -> UUID:
    """Return the id of the entry of a further ticket that the scan admits."""
    return uuid5(scan_id, str(ticket_id))


async def admit_party(  # noqa: PLR0917 - what a batch has
    connection: Any, scan: PendingScan, venue: Venue, now: datetime, products: ProductsAtGate, room: int | None = None
) -> PartyWritten | None:
    """Decide the scan of a party and write it, in a transaction of its own. Sets the scan's answer.

    `room` is how many people may still come in; None: any number.

    The answer to a question counts for the tickets of the scanned product. Others with a question are scanned by themselves.

    Returns None if it must be decided again: as a scan of its ticket alone if nobody else of the party can come in.
    """
    decided = scan.answer
    assert isinstance(decided, Decision)
    assert decided.reservation is not None
    try:
        async with connection.transaction():
            members = await connection.fetch(ENTRIES.lock_party, scan.request.org_id, decided.reservation.id)
            if decided.ticket is None or decided.ticket.id not in {row["id"] for row in members}:
                scan.request.party = False
                return None
            if await connection.fetch(ENTRIES.party_scans, scan.request.org_id, [scan.scan_id]):
                # Another process has logged it since it was read. It is read again, and gets its first answer.
                return None
            codes = [row["code"] for row in members]
            return await _decide_and_write(connection, scan, codes, venue, now, products, room)
    except asyncpg.DeadlockDetectedError:
        log.warning("door.deadlock")
    except asyncpg.UniqueViolationError:
        # Another process has just logged this scan for another code.
        pass
    return None


async def _decide_and_write(  # noqa: PLR0917 - what `admit_party` has
    connection: Any,
    scan: PendingScan,
    codes: Sequence[str],
    venue: Venue,
    now: datetime,
    products: ProductsAtGate,
    room: int | None,
) -> PartyWritten | None:
    request = scan.request
    moment = request.scanned_at if request.source == "sync" and request.scanned_at is not None else now
    asked = row_literals.rows(f"{request.org_id},{text(code)},{scan.scan_id.hex},verify" for code in codes)
    rows = await connection.fetch(ENTRIES.read_entry_scans, asked)
    members = [_member(row, scan, venue, moment, products) for row in rows]
    party = Party(None, sum(m.reservation.places for m in members), sum(m.reservation.admitted for m in members))
    scanned = next(member for member in members if member.ticket.code == request.code)
    others = [member for member in members if member.may_enter and member is not scanned]
    may_enter = [scanned, *others] if scanned.may_enter else others
    if not may_enter:
        request.party = False
        return None
    people = len(may_enter) if request.count is None else request.count
    if people > len(may_enter) and request.source == "sync":
        people = len(may_enter)
    decided = scan.answer
    assert isinstance(decided, Decision)
    if people > len(may_enter):
        left = Party(None, party.size, party.size - len(may_enter))
        return await _log_refused(
            connection, scan, decided._replace(verdict=too_many(left), entered=False, people=1, party=party), now
        )
    if room is not None and people > room:
        refused = refused_when_full(decided._replace(entered=True, people=people, party=party.after(people)), room)
        refused = refused._replace(status=scanned.ticket.status, first_entry=scanned.entry)
        return await _log_refused(connection, scan, refused, now)
    party = party.after(people)
    day = today(now, venue.zone)
    entry = FirstEntry(moment, request.operator_id, request.operator_name, request.gate)
    entries = [
        _entry_of(scan, member, entry, party, first=n == 0, day=day) for n, member in enumerate(may_enter[:people])
    ]
    # The scanned ticket is among those admitted, unless it was in before.
    first_entry = scanned.entry or entry
    status = scanned.ticket.status if scanned.ticket.channel == "ota" else "VERIFIED"
    scan.answer = decided._replace(
        verdict=party_recorded(party, (scanned.reservation.date - day).days),
        status=status,
        first_entry=first_entry,
        entered=True,
        people=people,
        party=party,
    )
    in_order = sorted(entries, key=_ticket_id)
    # The log has the scan as that of the first who came in, who may be another than the scanned one.
    code = None if request.code == entries[0].request.code else request.code
    answers = [as_text(scan.answer, code=code) if one is entries[0] else None for one in in_order]
    written = await connection.fetch(ENTRIES.write_entry_scans, row_literals.rows(map(log_row, in_order)), now, answers)
    assert not any(row["kind"] == "raced" for row in written), "the tickets are locked"
    changed = party_changed(request, [one.request.code for one in entries], party, "verified", of_party=codes)
    return PartyWritten(entries, [*map(count_changed, written), *changed])


async def _log_refused(connection: Any, scan: PendingScan, refused: Decision, now: datetime) -> PartyWritten:
    """Answer and log the scan of a party of whom nobody comes in."""
    scan.answer = refused
    await connection.fetch(ENTRIES.write_entry_scans, row_literals.rows([log_row(scan)]), now, [answer_text(scan)])
    return PartyWritten([scan], [])


def _member(row: Any, scan: PendingScan, venue: Venue, moment: datetime, products: ProductsAtGate) -> _Member:
    ticket, reservation, entry = facts_of(row)
    assert reservation is not None, "`lock_party` returns tickets with a reservation, and locks them"
    as_of = before_expiry(ticket, reservation) if scan.request.source == "sync" else ticket
    verdict = decide_entry(as_of, reservation, entry, venue.policy, venue.id, moment, venue.zone)
    decided, product = scan.answer, products.get(row["product_id"])
    if product is not None:
        assert isinstance(decided, Decision)
        answer = scan.request.answer if product == decided.product else None
        verdict = at_gate(verdict, product, scan.request.gate, answer)
    return _Member(ticket, reservation, entry, row["version"], product, verdict.reason is Reason.VALID)


def _entry_of(
    scan: PendingScan, member: _Member, entry: FirstEntry, party: Party, *, first: bool, day: date
) -> PendingScan:
    """Return the entry of one member, as it is logged. Only the first has the scan's own id."""
    ticket, reservation = member.ticket, member.reservation
    scan_id = scan.scan_id if first else entry_id(scan.scan_id, ticket.id)
    request = replace(scan.request, code=ticket.code, scan_id=scan_id)
    verdict = party_recorded(party, (reservation.date - day).days)
    status = ticket.status if ticket.channel == "ota" else "VERIFIED"
    decision = Decision(verdict, ticket, status, reservation, entry, day, scan_id, entered=True, party=party)
    decided = scan.answer
    assert isinstance(decided, Decision)
    asked = member.product is not None and member.product == decided.product
    return PendingScan(request, scan_id, decision, member.version, day=scan.day, note=scan.note if asked else None)


def _ticket_id(entry: PendingScan) -> int:
    assert isinstance(entry.answer, Decision)
    assert entry.answer.ticket is not None
    return entry.answer.ticket.id
