"""The rows of `write_entry_scans`: a decided scan as its parameter, and a changed count as an announcement."""

from collections.abc import Sequence
from typing import Any

from db.row_literals import known_text, text
from hub.actions.scanning.kept_answer import as_text
from hub.actions.scanning.scan_batch import PendingScan
from hub.events.announcements import Announcement, SlotChanged, TicketChange, TicketsChanged, WalkInsChanged
from hub.rules.decisions import Decision
from hub.rules.parties import Party
from hub.rules.scan_requests import ScanRequest


def log_row(scan: PendingScan, *, apart: bool = False) -> str:
    """The fields of the type `judged_scan`, in their order. `apart`: an entry that counts elsewhere than in the slot."""
    request, decision = scan.request, scan.answer
    assert isinstance(decision, Decision)
    ticket, reservation, verdict, party = decision.ticket, decision.reservation, decision.verdict, decision.party
    booked = f"{reservation.id},{'' if apart else reservation.slot_id}" if reservation else ","
    return (
        f"{request.org_id},{scan.scan_id.hex},{request.venue_id},{request.operator_id},{request.mode},{request.source},"
        f"{known_text(request.gate)},{known_text(request.device)},{text(request.code)},{ticket.id if ticket else ''},"
        f"{booked},{verdict.result},{verdict.reason.value},"
        f"{'t' if decision.entered else 'f'},{'' if scan.version is None else scan.version},"
        f"{'' if request.scanned_at is None else request.scanned_at.isoformat()},"
        f"{decision.people},{'' if party is None else party.admitted},{text(scan.note)},{'' if scan.day is None else scan.day.isoformat()}"
    )


def answer_text(scan: PendingScan) -> str:
    """The answer to a decided scan, as `write_entry_scans` keeps it."""
    assert isinstance(scan.answer, Decision)
    return as_text(scan.answer)


def count_changed(row: Any) -> Announcement:
    """The announcement of a row of `write_entry_scans` that holds a count."""
    if row["kind"] == "slot":
        return SlotChanged.of(row)
    return WalkInsChanged(row["org_id"], row["venue_id"], row["date"], row["booked_count"], row["revision"])


def party_changed(
    request: ScanRequest, codes: Sequence[str], party: Party, change: TicketChange, *, of_party: Sequence[str] = ()
) -> list[Announcement]:
    """The announcements that these tickets changed, and for the others in `of_party` that their party did."""
    org_id, venue_id, numbers = request.org_id, request.venue_id, (party.size, party.admitted)
    changed = [TicketsChanged.of(org_id, venue_id, codes, change, numbers)]
    others = [code for code in of_party if code not in codes]
    if others:
        changed.append(TicketsChanged.of(org_id, venue_id, others, "party", numbers))
    return list(changed)
