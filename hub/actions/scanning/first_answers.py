"""The first answers: a repeated `scan_id` gets the answer of the log whole, and whether it was undone.

Repeats are rare: a scanner sends them after it has lost the connection. One statement more reads them, and other scans read nothing for
it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from db.statements import load
from hub.actions.scanning.kept_answer import from_text, other_code
from hub.actions.scanning.scan_facts import facts_of
from hub.rules.decisions import Decision, Undone
from hub.rules.entry_decision import FirstEntry, Verdict, party_of
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue_day import today

ENTRIES = load("scanning/entries")
_HAD_ENTERED = frozenset({Reason.VERIFIED, Reason.ALREADY_VERIFIED, Reason.RE_ENTRY})
_MAY_ENTER = _HAD_ENTERED | {Reason.VALID, Reason.MAY_RETURN}


class Repeat(NamedTuple):
    """A scan whose id the log has, with its row of `read_entry_scans` or `read_exit_scans`."""

    org_id: int
    scan_id: UUID
    mode: str
    code: str
    row: Any
    zone: ZoneInfo


async def first_answers(connection: Any, repeats: Sequence[Repeat]) -> list[Decision | Refused]:
    """Return the first answer to each scan, with the contact details of now; SCAN_ID_REUSED if it was for another code."""
    logged = await connection.fetch(
        ENTRIES.read_first_answers,
        [one.org_id for one in repeats],
        [one.scan_id for one in repeats],
        [one.mode for one in repeats],
    )
    return [_answer(one, row) for one, row in zip(repeats, logged, strict=True)]


def _answer(repeat: Repeat, logged: Any) -> Decision | Refused:
    text = logged["answer"]
    scanned = (None if text is None else other_code(text)) or logged["code"]
    if scanned != repeat.code:
        return Refused(Reason.SCAN_ID_REUSED)
    if text is None:
        decision = _from_columns(repeat, logged)
    else:
        ticket = None if repeat.row["id"] is None else facts_of(repeat.row)[0]
        day = today(logged["logged_at"], repeat.zone)
        decision = from_text(
            text, logged["result"], Reason(logged["reason"]), ticket, scan_id=repeat.scan_id, today=day,
            entered=logged["entered"],
        )  # fmt: skip
    if logged["undone_at"] is None:
        return decision
    return decision._replace(undone=Undone(logged["undone_at"], logged["undone_by"], logged["undone_name"] or ""))


def _from_columns(repeat: Repeat, logged: Any) -> Decision:
    """Return the answer to a scan that was logged before answers were kept: its verdict, and the ticket as it is now."""
    reason, result = Reason(logged["reason"]), logged["result"]
    can_verify = reason in _MAY_ENTER or (result == "YELLOW" and repeat.mode != "exit")
    message = "ENTRY RECORDED" if reason is Reason.VERIFIED else reason.value.replace("_", " ")
    ticket = reservation = entry = party = None
    if repeat.row["id"] is not None:
        ticket, reservation, entry = facts_of(repeat.row)
        party = party_of(ticket, reservation)
        if party is not None and logged["admitted"] is not None:
            party = party._replace(admitted=logged["admitted"])
    if entry is None and (logged["entered"] or reason in _HAD_ENTERED):
        # Undone since. Of a repeat that found an entry, the log does not have that entry's own moment.
        moment: datetime = logged["moment"]
        entry = FirstEntry(moment, logged["operator_id"], logged["operator_name"] or "", logged["gate"])
    return Decision(
        Verdict(result, reason, can_verify, message, "Answered before", None),
        ticket,
        None if ticket is None else ticket.status,
        reservation,
        entry,
        today(logged["logged_at"], repeat.zone),
        repeat.scan_id,
        logged["entered"],
        True,
        people=logged["people"],
        party=party,
    )
