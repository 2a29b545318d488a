"""The check-in: a booking's code admits its party, or refuses with the reason as one error.

It is an entry scan like any other. Only its answer differs: what a scanner shows in yellow or red is a refusal here.
"""

from datetime import datetime
from typing import Any, NamedTuple, NoReturn
from uuid import UUID

from db.statements import load
from hub.actions.scanning.entry_scans import EntryScans
from hub.rules.decisions import Decision, Undone
from hub.rules.entry_decision import entry_window
from hub.rules.parties import Party
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE, ScanRequest
from hub.rules.ticket_code import normalise
from hub.rules.timestamps import rfc3339
from hub.services import Services

ENTRIES = load("scanning/entries")


class CheckedIn(NamedTuple):
    """A recorded check-in. `checked_in_at` is when the first of the party came in."""

    booking_id: int
    party: Party
    checked_in_at: datetime
    scan_id: UUID
    undone: Undone | None = None
    """Set for a repeat, if the check-in has been undone since."""


async def check_in(services: Services, entry_scans: EntryScans, request: ScanRequest) -> CheckedIn:
    """Admit `request.count` people of the booking; None: all that remain.

    Refuses BOOKING_NOT_FOUND, BOOKING_NOT_CONFIRMED, BOOKING_CANCELLED, ALREADY_CHECKED_IN, PARTY_TOO_LARGE, CHECK_IN_NOT_OPEN,
    WRONG_VENUE, and what any scan refuses. A ticket that is no booking is refused before it is scanned.
    """
    code = normalise(request.code)[:LONGEST_CODE]
    channel = await services.database.scans.fetchval(ENTRIES.read_channel, request.org_id, code)
    if channel not in (None, "booking"):
        raise Refused(Reason.BOOKING_NOT_FOUND, message="This is a ticket, not a booking. Scan it at the entrance.")
    decision = await entry_scans.submit(request)
    entry, party = decision.first_entry, decision.party
    if decision.verdict.reason not in (Reason.VERIFIED, Reason.RE_ENTRY):
        await _refuse(services, request, decision)
    if decision.ticket is None or entry is None or party is None:
        # A repeat of a check-in from before answers were kept, whose booking is no more.
        raise Refused(Reason.BOOKING_NOT_FOUND, scan_id=str(decision.scan_id))
    return CheckedIn(decision.ticket.id, party, entry.verified_at, decision.scan_id, decision.undone)


async def _refuse(services: Services, request: ScanRequest, decision: Decision) -> NoReturn:
    party, entry, reservation = decision.party, decision.first_entry, decision.reservation
    details: dict[str, Any] = {"scan_id": str(decision.scan_id)}
    if party is not None:
        details |= {"booking_id": party.booking_id, "party_size": party.size, "admitted": party.admitted,
                    "remaining": party.remaining}  # fmt: skip
    match decision.verdict.reason:
        case Reason.TICKET_NOT_FOUND:
            raise Refused(Reason.BOOKING_NOT_FOUND, scan_id=str(decision.scan_id))
        case Reason.TICKET_CANCELLED:
            raise Refused(Reason.BOOKING_CANCELLED, **details)
        case Reason.ALREADY_VERIFIED if entry is not None:
            details |= {
                "checked_in_at": rfc3339(entry.verified_at),
                "operator_name": entry.operator_name,
                "gate": entry.gate,
            }
            raise Refused(Reason.ALREADY_CHECKED_IN, **details)
        case Reason.WRONG_DATE | Reason.TOO_EARLY | Reason.TICKET_EXPIRED if reservation is not None:
            venue = await services.venues.read(request.org_id, request.venue_id)
            opens_at, closes_at = entry_window(reservation, venue.policy, venue.zone)
            details |= {"opens_at": rfc3339(opens_at), "closes_at": rfc3339(closes_at)}
            raise Refused(Reason.CHECK_IN_NOT_OPEN, **details)
        case reason:
            raise Refused(reason, **details)
