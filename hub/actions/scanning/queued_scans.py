"""The queued scans: what an offline scanner sends, in which order they count, and what the hub does not record of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from hub.rules.decisions import Decision
from hub.rules.entry_decision import Result
from hub.rules.offline_scan import ConflictKind, conflict_kind, surplus_of, was_admitted
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE, Answer
from hub.rules.ticket_code import normalise

SyncMode = Literal["validate", "verify", "exit"]


@dataclass(frozen=True, slots=True)
class QueuedScan:
    """One scan from a device's queue. `admitted` None: `offline_result` says whether the holder went in.

    `count` people of a party went in or out; None: all that could. `party`: of tickets that were booked together. `answer` is that to
    the product's question.
    """

    scan_id: UUID
    code: str
    scanned_at: datetime
    offline_result: Result
    gate: str | None = None
    mode: SyncMode = "verify"
    admitted: bool | None = None
    count: int | None = None
    party: bool = False
    answer: Answer | None = None

    @property
    def let_in(self) -> bool:
        return was_admitted(self.mode, self.offline_result, self.admitted)


def turns_of(scans: Sequence[QueuedScan], moments: Sequence[datetime]) -> list[list[int]]:
    """Divide the numbers of the scans into turns by time, whatever their order in the queue: the first of two is the entry.

    The scans of a turn are submitted together. Entry and exit of one ticket are in different turns, in order of time.
    """
    turns: list[list[int]] = []
    last: dict[str, tuple[int, bool]] = {}
    for n in sorted(range(len(scans)), key=lambda n: moments[n]):
        code, is_exit = normalise(scans[n].code)[:LONGEST_CODE], scans[n].mode == "exit"
        turn, was_exit = last.get(code, (0, is_exit))
        turn += was_exit is not is_exit
        last[code] = turn, is_exit
        if turn == len(turns):
            turns.append([])
        turns[turn].append(n)
    return turns


def surplus_conflict(scan: QueuedScan, answer: Decision) -> tuple[ConflictKind, int] | None:
    """Return the kind of the conflict and its people, if the scanner let in more than the hub has recorded."""
    if not scan.let_in:
        return None
    went_in = answer.entered or answer.verdict.reason is Reason.RE_ENTRY
    of_family = scan.party and not went_in and answer.party is not None
    possible = answer.party.remaining if of_family and answer.party else answer.people
    people = surplus_of(scan.count, possible, entered=went_in)
    kind = "party_too_large" if went_in else conflict_kind(scan.offline_result, scan.admitted, answer.verdict.reason)
    return None if kind is None or not people else (kind, people)


def is_of_party(answer: Decision | Refused) -> bool:
    """Return whether the ticket admits several people."""
    return isinstance(answer, Decision) and answer.reservation is not None and answer.reservation.places > 1


def waits_for_others(scan: QueuedScan, answer: Decision | Refused) -> bool:
    """Return whether other scans of its ticket may change what the scan is."""
    if not isinstance(answer, Decision):
        return False
    if is_of_party(answer) and (scan.let_in or scan.mode == "exit"):
        return True
    if scan.mode == "exit":
        return answer.verdict.reason in (Reason.NOT_INSIDE, Reason.ALREADY_LEFT)
    return scan.let_in and answer.verdict.reason is Reason.ALREADY_VERIFIED
