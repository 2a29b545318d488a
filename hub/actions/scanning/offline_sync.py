"""The offline sync: records what a scanner decided offline, each scan once.

A queue may arrive several times and in any order. A scan that admitted somebody whom the hub would refuse becomes a conflict.
The `scan_id` is the key of a scan and its conflict. A scanner that got no answer sends the queue again. Then the hub finds
the rows, or writes a conflict that was lost in a crash.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from db.statements import load
from hub.access.scope import contact_venues, gate_within
from hub.access.tokens import Identity
from hub.actions.scanning.conflicts import publish_new_conflicts
from hub.actions.scanning.entry_scans import EntryScans
from hub.actions.scanning.exit_scans import ExitScans
from hub.actions.scanning.order_of_moments import ScansInOrder, decided_again_ids
from hub.actions.scanning.queued_scans import QueuedScan, is_of_party, surplus_conflict, turns_of, waits_for_others
from hub.actions.scanning.sync_results import record_outcomes, result_of
from hub.rules.decisions import Decision
from hub.rules.offline_scan import moment_of_scan
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE, ScanRequest
from hub.rules.staff_scope import OnDuty, Span, duty_at
from hub.rules.ticket_code import normalise
from hub.rules.timestamps import rfc3339
from hub.services import Services

CONFLICTS = load("scanning/conflicts")
ENTRIES = load("scanning/entries")
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


class OfflineSync:
    """Syncs queues of offline scanners. It has its own batchers, so that 1,000 queued scans do not delay the live ones."""

    def __init__(self, services: Services, *, observe: Callable[[int, float], None] | None = None) -> None:
        self._services = services
        self._entry_scans = EntryScans(services, name="sync", max_in_flight=1, observe=observe)
        self._exit_scans = ExitScans(services, name="sync_exit", max_in_flight=1)
        self._in_order = ScansInOrder(services, self._entry_scans, self._exit_scans)
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
        for turn in turns_of(scans, moments):
            turn = [n for n in turn if n not in answered]  # noqa: PLW2901
            decisions = await asyncio.gather(
                *(self._submit(identity, venue_id, scans[n], moments[n], gate, device) for n in turn),
                return_exceptions=True,
            )
            answered.update(zip(turn, decisions, strict=True))
        answers = [_decision_or_refusal(answered[n]) for n in range(len(scans))]
        await self._note_wanted(identity.org_id, scans, answers)
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

    async def _note_wanted(
        self, org_id: int, scans: Sequence[QueuedScan], answers: Sequence[Decision | Refused]
    ) -> None:
        """Store how many people of a party each scan let through, for when its scans are put in order. 0: all that could."""
        wanted = {
            scan.scan_id: scan.count or 0
            for scan, answer in zip(scans, answers, strict=True)
            if (scan.let_in or scan.mode == "exit") and is_of_party(answer)
        }
        if wanted:
            await self._services.database.execute(CONFLICTS.note_wanted, org_id, list(wanted), list(wanted.values()))

    async def _decide_in_order(
        self, identity: Identity, venue_id: int, scans: Sequence[QueuedScan], answers: list[Decision | Refused]
    ) -> None:
        """Decide scans again that were refused only because others came later. Replaces the answers of this queue."""
        codes, let_in, families = set(), set(), set()
        for scan, answer in zip(scans, answers, strict=True):
            if isinstance(answer, Decision) and answer.ticket is not None and scan.mode != "validate":
                codes.add(answer.ticket.code)
                if answer.reservation is not None and answer.reservation.booked_together > 1:
                    families.add(answer.reservation.id)
                surplus = surplus_conflict(scan, answer)
                if surplus is not None and (surplus[1] == 1 or is_of_party(answer)):
                    let_in.add(scan.scan_id)
        if not codes:
            return
        org_id, of_families = identity.org_id, list(families)
        if families:
            rows = await self._services.database.fetch(ENTRIES.party_counts, [org_id] * len(families), of_families)
            codes.update(code for row in rows for code in row["codes"] or ())
        await self._in_order.decide_again(org_id, venue_id, codes, let_in)
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
        await self._decide_in_order(identity, venue_id, scans, answers)
        settled = {
            scan.scan_id
            for scan, answer in zip(scans, answers, strict=True)
            if isinstance(answer, Decision) and surplus_conflict(scan, answer) is None
        }
        return {scan_id: conflict for scan_id, conflict in conflicts.items() if scan_id not in settled}

    async def _answers_again(
        self, identity: Identity, scans: Sequence[QueuedScan], answers: list[Decision | Refused]
    ) -> None:
        """Replace the answers of scans that were decided again, now or when the queue was sent before."""
        again = {
            scan_id: n
            for n, answer in enumerate(answers)
            if waits_for_others(scans[n], answer)
            for scan_id in decided_again_ids(scans[n].scan_id)
        }
        if not again:
            return
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
            surplus = None if isinstance(answer, Refused) else surplus_conflict(scan, answer)
            if isinstance(answer, Refused) or surplus is None:
                continue
            kind, people = surplus
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


def _decision_or_refusal(answer: Decision | BaseException) -> Decision | Refused:
    """Return the answer of one scan. `OF_ONE_SCAN` refuse that scan alone; any other error is raised for the queue."""
    if isinstance(answer, Decision) or (isinstance(answer, Refused) and answer.reason in OF_ONE_SCAN):
        return answer
    raise answer
