"""The offline sync: records what a scanner decided offline, each scan once.

A queue may arrive several times and in any order. A scan that admitted somebody whom the hub would refuse becomes a conflict.
The `scan_id` is the key of a scan and its conflict. A scanner that got no answer sends the queue again. Then the hub finds
the rows, or writes a conflict that was lost in a crash.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import orjson

from db.statements import load
from hub.access.scope import contact_venues, gate_within
from hub.access.tokens import Identity
from hub.actions.scanning.conflicts import close_settled_conflicts, publish_new_conflicts
from hub.actions.scanning.entry_scans import EntryScans
from hub.actions.scanning.exit_scans import ExitScans
from hub.actions.scanning.late_exits import late_exits
from hub.actions.scanning.order_of_moments import decided_again_id, out_of_order, request_again, undo_passages
from hub.actions.scanning.sync_results import record_outcomes, result_of
from hub.rules.decisions import Decision
from hub.rules.entry_decision import Result
from hub.rules.offline_scan import conflict_kind, moment_of_scan, surplus_of, was_admitted
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE, Answer, ScanRequest
from hub.rules.staff_scope import OnDuty, Span, duty_at
from hub.rules.ticket_code import normalise
from hub.rules.timestamps import rfc3339
from hub.services import Services

CONFLICTS = load("scanning/conflicts")
SIGN_IN = load("staff/sign_in")
MOST_SCANS = 200
"""Maximum scans of one call of `sync`."""
SETTLED_AT_ONCE = 2
"""Queues whose conflicts are written at the same time. When all scanners reconnect at once, they wait, so that live scans do
not wait for Postgres."""
LARGEST_SKEW_MS = 31 * 24 * 3600 * 1000

OF_ONE_SCAN = (Reason.SCAN_ID_REUSED, Reason.FORBIDDEN, Reason.OUTSIDE_SHIFT)
GRACE = timedelta(minutes=1)
"""Time after the end of a shift in which a scan still belongs to it, because clocks of devices differ."""

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


class OfflineSync:
    """Syncs queues of offline scanners. It has its own batchers, so that 1,000 queued scans do not delay the live ones."""

    def __init__(self, services: Services, *, observe: Callable[[int, float], None] | None = None) -> None:
        self._services = services
        self._entry_scans = EntryScans(services, name="sync", max_in_flight=1, observe=observe)
        self._exit_scans = ExitScans(services, name="sync_exit", max_in_flight=1)
        self._settling = asyncio.Semaphore(SETTLED_AT_ONCE)

    async def drain(self) -> None:
        """Wait until every scan submitted so far has been answered."""
        await self._entry_scans.drain()
        await self._exit_scans.drain()

    async def sync(
        self,
        identity: Identity,
        venue_id: int,
        scans: Sequence[QueuedScan],
        *,
        device: str | None = None,
        gate: str | None = None,
        skew_ms: int = 0,
        contact: str = "masked",
        language: str = "en",
    ) -> dict[str, Any]:
        """Return one result per scan, in order. `skew_ms` is how many ms the device's clock is ahead of the hub's.

        Refuses RATE_LIMITED. Raises BUSY or Unavailable for the whole queue, which is then safe to send again.
        """
        wait = await self._services.rate_limit.admit(
            f"sync:{identity.org_id}:{identity.staff_id}", self._services.settings.rate_sync
        )
        if wait > 0:
            raise Refused(Reason.RATE_LIMITED, retry_after=max(1, round(wait + 0.499)))
        now, skew = self._services.clock.now(), timedelta(milliseconds=skew_ms)
        moments = [moment_of_scan(scan.scanned_at, skew, now) for scan in scans]
        answered: dict[int, Decision | BaseException] = dict(await self._outside_scope(identity, scans, moments, gate))
        for turn in _turns(scans, moments):
            turn = [n for n in turn if n not in answered]  # noqa: PLW2901
            decisions = await asyncio.gather(
                *(self._submit(identity, venue_id, scans[n], moments[n], gate, device) for n in turn),
                return_exceptions=True,
            )
            answered.update(zip(turn, decisions, strict=True))
        answers = [_decision_or_refusal(answered[n]) for n in range(len(scans))]
        await self._record_late_exits(identity, venue_id, moments, answers)
        await self._decide_in_order(identity, venue_id, scans, answers)
        conflicts = await self._settle_conflicts(identity, venue_id, scans, moments, answers, device, gate)
        if conflicts:
            conflicts = await self._look_again(identity, venue_id, scans, answers, conflicts)
        venues = contact_venues(identity)
        results = [
            result_of(scan.scan_id, answer, conflicts.get(scan.scan_id), contact, language, venues)
            for scan, answer in zip(scans, answers, strict=True)
        ]
        record_outcomes(results, identity)
        return {"results": results, "server_time": rfc3339(self._services.clock.now())}

    async def _outside_scope(
        self, identity: Identity, scans: Sequence[QueuedScan], moments: Sequence[datetime], gate: str | None
    ) -> dict[int, Refused]:
        """Return the refusals of the scans that their operator had no right to make, by number.

        The gates are those of this session, so they say nothing about scans from before it.
        """
        refused: dict[int, Refused] = {}
        for n, scan in enumerate(scans):
            if moments[n] >= identity.issued_at:
                try:
                    gate_within(identity, scan.gate or gate)
                except Refused as no:
                    refused[n] = no
        if identity.has_hours:
            row = await self._services.database.fetchrow(SIGN_IN.hours_of_staff, identity.org_id, identity.staff_id)
            shifts = [Span(*span) for span in zip(row["starts"], row["ends"], strict=True)]
            for n, moment in enumerate(moments):
                duties = (duty_at(at, row["valid_from"], row["valid_until"], shifts) for at in (moment, moment - GRACE))
                if not any(isinstance(duty, OnDuty) for duty in duties):
                    refused[n] = Refused(Reason.OUTSIDE_SHIFT)
        return refused

    def _submit(  # noqa: PLR0917 - what a scan request is made of
        self,
        identity: Identity,
        venue_id: int,
        scan: QueuedScan,
        scanned_at: datetime,
        gate: str | None,
        device: str | None,
    ) -> asyncio.Future[Decision]:
        mode = scan.mode if scan.mode == "exit" or scan.let_in else "validate"
        request = ScanRequest.of(
            identity,
            venue_id,
            mode,
            scan.code,
            "sync",
            scan_id=scan.scan_id,
            scanned_at=scanned_at,
            gate=scan.gate or gate or (identity.gates[0] if len(identity.gates) == 1 else None),
            device=device,
            count=None if mode == "validate" else scan.count,
            party=scan.party,
            answer=scan.answer,
        )
        return (self._exit_scans if mode == "exit" else self._entry_scans).submit(request)

    async def _record_late_exits(
        self, identity: Identity, venue_id: int, moments: Sequence[datetime], answers: Sequence[Decision | Refused]
    ) -> None:
        """Record the exits that reached the hub before these entries of parties. Tickets for one person are decided in order."""
        entries = [
            (answer.ticket.code, moment)
            for answer, moment in zip(answers, moments, strict=True)
            if isinstance(answer, Decision)
            and answer.ticket
            and answer.party
            and answer.verdict.reason is Reason.VERIFIED
        ]
        for request in await late_exits(self._services, identity.org_id, venue_id, entries):
            await self._exit_scans.submit(request)

    async def _decide_in_order(
        self, identity: Identity, venue_id: int, scans: Sequence[QueuedScan], answers: list[Decision | Refused]
    ) -> None:
        """Decide scans again that were refused only because others came later. Replaces the answers of this queue."""
        codes, let_in = set(), set()
        for scan, answer in zip(scans, answers, strict=True):
            if isinstance(answer, Decision) and answer.ticket is not None and scan.mode != "validate":
                codes.add(answer.ticket.code)
                if scan.let_in and conflict_kind(scan.offline_result, scan.admitted, answer.verdict.reason):
                    let_in.add(scan.scan_id)
        if not codes:
            return
        org_id = identity.org_id
        venue = await self._services.venues.read(org_id, venue_id)
        allowed = venue.policy.re_entry == "allow"
        for undone, recorded in await out_of_order(self._services, org_id, venue_id, codes, let_in, re_entry=allowed):
            await undo_passages(self._services, undone)
            for passage in recorded:
                exits = passage.way == "out"
                await (self._exit_scans if exits else self._entry_scans).submit(request_again(passage))
            scan_ids = [passage.row["scan_id"] for passage in recorded if passage.way == "in"]
            await close_settled_conflicts(self._services, org_id, venue_id, scan_ids)
        await self._answers_again(identity, scans, answers)

    async def _look_again(
        self,
        identity: Identity,
        venue_id: int,
        scans: Sequence[QueuedScan],
        answers: list[Decision | Refused],
        conflicts: dict[UUID, Any],
    ) -> dict[UUID, Any]:
        """Decide in order once more, because another queue may have come before a conflict was written. Return what is left."""
        before = list(answers)
        await self._decide_in_order(identity, venue_id, scans, answers)
        settled = {scan.scan_id for n, scan in enumerate(scans) if answers[n] is not before[n]}
        return {scan_id: conflict for scan_id, conflict in conflicts.items() if scan_id not in settled}

    async def _answers_again(
        self, identity: Identity, scans: Sequence[QueuedScan], answers: list[Decision | Refused]
    ) -> None:
        """Replace the answers of scans that were decided again, now or when the queue was sent before."""
        refused = {n: answer for n, answer in enumerate(answers) if _waits_for_others(scans[n], answer)}
        if not refused:
            return
        again = {decided_again_id(scans[n].scan_id): n for n in refused}
        rows = await self._services.database.fetch(CONFLICTS.scans_decided_again, identity.org_id, list(again))
        for row in rows:
            n = again[row["scan_id"]]
            request = self._again(identity, row, scans[n])
            batch = self._exit_scans if row["mode"] == "exit" else self._entry_scans
            answers[n] = (await batch.submit(request))._replace(repeated=answers[n].repeated)  # type: ignore[union-attr]

    @staticmethod
    def _again(identity: Identity, row: Any, scan: QueuedScan) -> ScanRequest:
        return ScanRequest.of(
            identity,
            row["venue_id"],
            row["mode"],
            row["code"],
            "sync",
            scan_id=row["scan_id"],
            scanned_at=scan.scanned_at,
        )

    async def _settle_conflicts(  # noqa: PLR0917 - all of one queue
        self,
        identity: Identity,
        venue_id: int,
        scans: Sequence[QueuedScan],
        moments: Sequence[datetime],
        answers: Sequence[Decision | Refused],
        device: str | None,
        gate: str | None,
    ) -> dict[UUID, Any]:
        """Write the conflicts of these scans that are not known yet, and return all of them by scan."""
        found = []
        for scan, moment, answer in zip(scans, moments, answers, strict=True):
            if isinstance(answer, Refused) or not scan.let_in:
                continue
            went_in = answer.entered or answer.verdict.reason is Reason.RE_ENTRY
            of_family = scan.party and not went_in and answer.party is not None
            possible = answer.party.remaining if of_family and answer.party else answer.people
            people = surplus_of(scan.count, possible, entered=went_in)
            kind = conflict_kind(scan.offline_result, scan.admitted, answer.verdict.reason)
            if went_in:
                kind = "party_too_large"
            if kind is None or not people:
                continue
            first = answer.first_entry if kind in ("already_verified", "party_too_large") else None
            found.append({
                "scan_id": str(scan.scan_id), "venue_id": venue_id, "operator_id": identity.staff_id, "kind": kind,
                "offline_result": scan.offline_result, "result": answer.verdict.result,
                "reason": answer.verdict.reason.value,
                "code": answer.ticket.code if answer.ticket else normalise(scan.code)[:LONGEST_CODE],
                "ticket_id": answer.ticket.id if answer.ticket else None, "gate": scan.gate or gate, "device": device,
                "scanned_at": moment, "people": people,
                "first_at": first.verified_at if first else None, "first_by": first.verified_by if first else None,
                "first_gate": first.gate if first else None,
            })  # fmt: skip
        if not found:
            return {}
        async with self._settling:
            return await self._write_conflicts(identity, venue_id, found)

    async def _write_conflicts(self, identity: Identity, venue_id: int, found: list[dict[str, Any]]) -> dict[UUID, Any]:
        """Write the new conflicts, publish them, and return all of them by scan."""
        database, now = self._services.database, self._services.clock.now()
        new = await database.fetch(CONFLICTS.note_conflicts, identity.org_id, orjson.dumps(found).decode(), now)
        rows = await database.fetch(CONFLICTS.conflicts_of_scans, identity.org_id, [one["scan_id"] for one in found])
        known = {row["scan_id"]: row for row in rows}
        # Only the process that wrote a conflict publishes it, so a repeated queue notifies nobody twice.
        written = [known[row["scan_id"]] for row in new]
        await publish_new_conflicts(self._services, identity.org_id, venue_id, identity.staff_id, written)
        return known


def _turns(scans: Sequence[QueuedScan], moments: Sequence[datetime]) -> list[list[int]]:
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


def _waits_for_others(scan: QueuedScan, answer: Decision | Refused) -> bool:
    """Return whether the scan was refused for a reason that other scans of its ticket may change."""
    if not isinstance(answer, Decision):
        return False
    if scan.mode == "exit":
        return answer.verdict.reason in (Reason.NOT_INSIDE, Reason.ALREADY_LEFT)
    return scan.let_in and answer.verdict.reason is Reason.ALREADY_VERIFIED


def _decision_or_refusal(answer: Decision | BaseException) -> Decision | Refused:
    """Return the answer of one scan. `OF_ONE_SCAN` refuse that scan alone; any other error is raised for the queue."""
    if isinstance(answer, Decision) or (isinstance(answer, Refused) and answer.reason in OF_ONE_SCAN):
        return answer
    raise answer
