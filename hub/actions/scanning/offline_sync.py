"""The deed of taking over what a scanner decided without a line: every scan once, however often and in whatever order it
comes, and a conflict wherever the scanner let somebody in whom the hub would not have.

The scan itself names everything: its row in the log and its conflict have its `scan_id` as key. Whoever never heard the
answer sends it again, which finds the rows, or writes the conflict that a crash left unwritten between the two.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import orjson

from db.statements import load
from hub.access.tokens import Identity
from hub.actions.scanning.conflicts import conflict_as_dict, tell_new_conflicts
from hub.actions.scanning.entry_scans import EntryScans
from hub.actions.scanning.exit_scans import ExitScans
from hub.actions.scanning.late_exits import late_exits
from hub.observability import telemetry
from hub.rules.decisions import Decision
from hub.rules.entry_decision import Result
from hub.rules.offline_scan import conflict_kind, moment_of_scan, was_admitted
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE, ScanRequest
from hub.rules.ticket_code import normalise
from hub.rules.timestamps import rfc3339
from hub.services import Services

CONFLICTS = load("scanning/conflicts")
MOST_SCANS = 200
SETTLED_AT_ONCE = 2
"""Batches whose conflicts are written down at the same time: of all scanners that come back at once, each has to wait a
little, so that nobody else has to wait for Postgres."""
LARGEST_SKEW_MS = 31 * 24 * 3600 * 1000

SyncMode = Literal["validate", "verify", "exit"]


@dataclass(frozen=True, slots=True)
class QueuedScan:
    """One scan as the device kept it. `admitted` None: told from `offline_result`."""

    scan_id: UUID
    code: str
    scanned_at: datetime
    offline_result: Result
    gate: str | None = None
    mode: SyncMode = "verify"
    admitted: bool | None = None

    @property
    def let_in(self) -> bool:
        return was_admitted(self.mode, self.offline_result, self.admitted)


class OfflineSync:
    """A door of its own, so that a thousand queued scans do not stand in line before those who wait at the gates."""

    def __init__(self, services: Services, *, observe: Callable[[int, float], None] | None = None) -> None:
        self._services = services
        self._entry_scans = EntryScans(services, name="sync", max_in_flight=1, observe=observe)
        self._exit_scans = ExitScans(services, name="sync_exit", max_in_flight=1)
        self._settling = asyncio.Semaphore(SETTLED_AT_ONCE)

    async def drain(self) -> None:
        """Wait until everything submitted so far has been answered."""
        await self._entry_scans.drain()
        await self._exit_scans.drain()

    async def sync(
        self,
        who: Identity,
        venue_id: int,
        scans: Sequence[QueuedScan],
        *,
        device: str | None = None,
        gate: str | None = None,
        skew_ms: int = 0,
        contact: str = "masked",
    ) -> dict[str, Any]:
        """One result per scan, in their order. `skew_ms` is what the device's clock was ahead of the hub's.

        Refuses RATE_LIMITED, and BUSY or unavailable as a whole: sent again, what was done already is found done.
        """
        wait = await self._services.rate_limit.admit(
            f"sync:{who.org_id}:{who.staff_id}", self._services.settings.rate_sync
        )
        if wait > 0:
            raise Refused(Reason.RATE_LIMITED, retry_after=max(1, round(wait + 0.499)))
        now, skew = self._services.clock.now(), timedelta(milliseconds=skew_ms)
        at = [moment_of_scan(scan.scanned_at, skew, now) for scan in scans]
        landed: dict[int, Decision | BaseException] = {}
        for turn in _turns(scans, at):
            answered = await asyncio.gather(
                *(self._present(who, venue_id, scans[n], at[n], scans[n].gate or gate, device) for n in turn),
                return_exceptions=True,
            )
            landed.update(zip(turn, answered, strict=True))
        answers = [_outcome(landed[n]) for n in range(len(scans))]
        await self._let_out(who, venue_id, at, answers)
        conflicts = await self._settle(who, venue_id, scans, at, answers, device, gate)
        results = [
            _result(scan, answer, conflicts.get(scan.scan_id), contact)
            for scan, answer in zip(scans, answers, strict=True)
        ]
        _tell(results, who)
        return {"results": results, "server_time": rfc3339(self._services.clock.now())}

    def _present(  # noqa: PLR0917 - what a presentation is made of
        self, who: Identity, venue_id: int, scan: QueuedScan, at: datetime, gate: str | None, device: str | None
    ) -> asyncio.Future[Decision]:
        if scan.mode == "exit":
            return self._exit_scans.submit(
                ScanRequest(
                    who.org_id,
                    venue_id,
                    who.staff_id,
                    who.name,
                    "exit",
                    scan.code,
                    scan.scan_id,
                    at,
                    gate,
                    device,
                    "sync",
                )
            )
        mode: Literal["verify", "validate"] = "verify" if scan.let_in else "validate"
        return self._entry_scans.submit(
            ScanRequest(
                who.org_id, venue_id, who.staff_id, who.name, mode, scan.code, scan.scan_id, at, gate, device, "sync"
            )
        )

    async def _let_out(
        self, who: Identity, venue_id: int, at: Sequence[datetime], answers: Sequence[Decision | Refused]
    ) -> None:
        """Whoever left before the hub heard of their entry has left."""
        entries = [
            (answer.ticket.code, moment)
            for answer, moment in zip(answers, at, strict=True)
            if isinstance(answer, Decision) and answer.ticket and answer.verdict.reason is Reason.VERIFIED
        ]
        for exit_ in await late_exits(self._services, who.org_id, venue_id, entries):
            await self._exit_scans.submit(exit_)

    async def _settle(  # noqa: PLR0917 - all of one batch
        self,
        who: Identity,
        venue_id: int,
        scans: Sequence[QueuedScan],
        at: Sequence[datetime],
        answers: Sequence[Decision | Refused],
        device: str | None,
        gate: str | None,
    ) -> dict[UUID, Any]:
        """Write down the conflicts among the scans that are not known yet, and return all of them."""
        found = []
        for scan, moment, answer in zip(scans, at, answers, strict=True):
            if isinstance(answer, Refused) or answer.entered or not scan.let_in:
                continue
            kind = conflict_kind(scan.offline_result, scan.admitted, answer.verdict.reason)
            if kind is None:
                continue
            first = answer.first_entry if kind == "already_verified" else None
            found.append({
                "scan_id": str(scan.scan_id), "venue_id": venue_id, "operator_id": who.staff_id, "kind": kind,
                "offline_result": scan.offline_result, "result": answer.verdict.result,
                "reason": answer.verdict.reason.value,
                "code": answer.ticket.code if answer.ticket else normalise(scan.code)[:LONGEST_CODE],
                "ticket_id": answer.ticket.id if answer.ticket else None, "gate": scan.gate or gate, "device": device,
                "scanned_at": moment,
                "first_at": first.verified_at if first else None, "first_by": first.verified_by if first else None,
                "first_gate": first.gate if first else None,
            })  # fmt: skip
        if not found:
            return {}
        async with self._settling:
            return await self._write_down(who, venue_id, found)

    async def _write_down(self, who: Identity, venue_id: int, found: list[dict[str, Any]]) -> dict[UUID, Any]:
        """Keep the conflicts that are new, tell of them, and return all of them by their scans."""
        database, now = self._services.database, self._services.clock.now()
        new = await database.fetch(CONFLICTS.note_conflicts, who.org_id, orjson.dumps(found).decode(), now)
        rows = await database.fetch(CONFLICTS.conflicts_of_scans, who.org_id, [one["scan_id"] for one in found])
        known = {row["scan_id"]: row for row in rows}
        # Whoever wrote one down tells of it: however often a queue is sent, nobody is told twice.
        told = [known[row["scan_id"]] for row in new]
        await tell_new_conflicts(self._services, who.org_id, venue_id, who.staff_id, told)
        return known


def _turns(scans: Sequence[QueuedScan], at: Sequence[datetime]) -> list[list[int]]:
    """The numbers of the scans in the order in which people came and went, whatever the order they were sent in: the first of
    two is the one who is in. All of a turn go together; who leaves, goes after who came with the same ticket, and back again.
    """
    turns: list[list[int]] = []
    last: dict[str, tuple[int, bool]] = {}
    for n in sorted(range(len(scans)), key=lambda n: at[n]):
        code, leaves = normalise(scans[n].code)[:LONGEST_CODE], scans[n].mode == "exit"
        turn, left = last.get(code, (0, leaves))
        turn += left is not leaves
        last[code] = turn, leaves
        if turn == len(turns):
            turns.append([])
        turns[turn].append(n)
    return turns


def _outcome(landed: Decision | BaseException) -> Decision | Refused:
    """A scan_id that was used for another code is this scan's own answer; any other trouble is the whole batch's."""
    if isinstance(landed, Decision) or (isinstance(landed, Refused) and landed.reason is Reason.SCAN_ID_REUSED):
        return landed
    raise landed


def _result(scan: QueuedScan, answer: Decision | Refused, conflict: Any, contact: str) -> dict[str, Any]:
    result: dict[str, Any] = {"scan_id": str(scan.scan_id)}
    if isinstance(answer, Refused):
        return result | {"outcome": "refused", "reason": answer.reason.value, "decision": None}
    decision = answer.as_dict(contact)
    result |= {"outcome": "duplicate" if answer.repeated else "accepted", "reason": answer.verdict.reason.value}
    if conflict is None:
        return result | {"decision": decision}
    told = conflict_as_dict(conflict)
    result |= {"outcome": "conflict", "repeated": answer.repeated, "decision": decision}
    return result | {"conflict_id": told["conflict_id"], "kind": told["kind"], "first_entry": told["first_entry"]}


def _tell(results: list[dict[str, Any]], who: Identity) -> None:
    counts: dict[str, Any] = {}
    for result in results:
        counts[result["outcome"]] = counts.get(result["outcome"], 0) + 1
    telemetry.event(telemetry.SCANS_SYNCED, operator_id=who.staff_id, **counts)
