"""The deed of the door: judge what is presented, record entries, log everything; many presentations in one transaction."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg

from db import row_literals
from db.row_literals import known_text, text
from db.statements import load
from hub.access.uuids import sortable_uuid
from hub.actions.scanning.movements import Movement, absences_of, write_movements
from hub.actions.scanning.scan_verdicts import PendingScan, judge
from hub.actions.venues.venue_cache import Venue
from hub.batching.batcher import Batcher
from hub.events.announcements import Announcement, SlotChanged, TicketsChanged, WalkInsChanged
from hub.events.scan_events import logged_scan
from hub.observability import telemetry
from hub.observability.logs import request_id
from hub.rules.decisions import Decision, Presence
from hub.rules.leaving import decide_return, return_recorded
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE, ScanRequest
from hub.rules.ticket_code import normalise
from hub.services import Services

ENTRIES = load("scanning/entries")
MAX_ATTEMPTS = 4
"""How often a presentation is judged anew because its ticket changed between reading and writing."""

_ALLOWED, _DENIED = [telemetry.SCAN_ALLOWED], [telemetry.SCAN_DENIED]

log = logging.getLogger(__name__)


class EntryScans:
    """All presentations of this process. `present` returns at once; its future resolves after the commit."""

    def __init__(
        self,
        services: Services,
        *,
        name: str = "door",
        max_in_flight: int = 2,
        observe: Callable[[int, float], None] | None = None,
    ) -> None:
        self._services = services
        self._batcher: Batcher[ScanRequest, Decision] = Batcher(
            name, self._judge, key=_same_ticket, max_in_flight=max_in_flight, observe=observe
        )
        self.drain = self._batcher.drain

    def submit(self, presentation: ScanRequest) -> asyncio.Future[Decision]:
        """Judge, and in mode `verify` record the entry if it is valid. The same `scan_id` again: the same answer.

        The future may raise `Refused` (SCAN_ID_REUSED) or `Unavailable`.
        """
        presentation.code = normalise(presentation.code)[:LONGEST_CODE]
        presentation.presented_at = monotonic()
        presentation.request_id = request_id.get()
        return self._batcher.submit(presentation)

    async def code_of(self, org_id: int, ticket_id: int) -> str:
        """The code of a ticket named by its id; an impossible code where there is no such ticket."""
        code = await self._services.database.scans.fetchval(ENTRIES.read_code, org_id, ticket_id)
        return str(code) if code is not None else f"#{ticket_id}"

    async def _judge(self, presentations: list[ScanRequest]) -> list[Decision | BaseException]:
        judged = [PendingScan(p, p.scan_id or sortable_uuid()) for p in presentations]
        open_ones = _each_scan_once(judged)
        # One connection for reading and writing: taking one from the pool costs as much as judging a scan.
        async with self._services.database.scans.connection() as connection:
            for _ in range(MAX_ATTEMPTS):
                now = self._services.clock.now()
                inside = await self._read(connection, open_ones, now)
                returning = await self._let_back(connection, inside, now) if inside else []
                raced = await self._write(
                    connection, [j for j in open_ones if j.back is None] if returning else open_ones, now
                )
                if returning:
                    raced |= await self._write_back(connection, returning, now)
                if not raced:
                    break
                open_ones = [j for j in open_ones if j.scan_id in raced]
            else:
                log.warning("door.raced_too_often")
                for j in open_ones:
                    j.answer = Refused(Reason.BUSY)
        _tell(judged)
        return [j.answer for j in judged]  # type: ignore[misc]

    async def _read(self, connection: Any, judged: list[PendingScan], now: datetime) -> list[PendingScan]:
        """Decide each; return those who are in already: they may have left since."""
        venues: dict[tuple[int, int], Venue | Refused] = {}
        for j in judged:
            p = j.presentation
            if (p.org_id, p.venue_id) not in venues:
                venues[p.org_id, p.venue_id] = await self._venue(p.org_id, p.venue_id)
        rows = await connection.fetch(ENTRIES.read_presented, row_literals.rows(_presented_row(j) for j in judged))
        todays: dict[int, date] = {}
        inside = []
        for j, row in zip(judged, rows, strict=True):
            venue = venues[j.presentation.org_id, j.presentation.venue_id]
            if isinstance(venue, Refused):
                j.answer, j.to_log = venue, False
                continue
            today = todays.get(venue.id)
            if today is None:
                today = todays[venue.id] = now.astimezone(venue.zone).date()
            if judge(j, row, venue, now, today):
                inside.append(j)
        return inside

    async def _let_back(self, connection: Any, inside: list[PendingScan], now: datetime) -> list[PendingScan]:
        """Judge anew those of `inside` who have left; return those who come in again with this. One statement for all."""
        tickets = [(j.presentation.org_id, j.answer.ticket.id) for j in inside]  # type: ignore[union-attr]
        returning = []
        for j, (absence, version) in zip(inside, await absences_of(connection, tickets), strict=True):
            p, decision = j.presentation, j.answer
            j.back = None
            if absence is None:
                continue
            assert isinstance(decision, Decision)
            venue = await self._services.venues.read(p.org_id, p.venue_id)
            # Whoever stands here has left before, by whichever process' clock.
            moment = p.scanned_at if p.source == "sync" and p.scanned_at is not None else max(now, absence.left_at)
            verdict = decide_return(
                decision.verdict, absence, decision.reservation, venue.policy, venue.id, moment, venue.zone
            )
            if p.mode == "verify" and verdict.reason is Reason.MAY_RETURN:
                verdict = return_recorded(verdict)
                j.back, j.version = absence, version
                returning.append(j)
            j.answer = decision._replace(verdict=verdict, presence=Presence(None, absence.left_at, absence.gate))
        return returning

    async def _write_back(self, connection: Any, returning: list[PendingScan], now: datetime) -> set[UUID]:
        movements = [
            Movement(j.presentation, j.answer, "in", j.back.venue_id, j.back.date, j.version)  # type: ignore[arg-type, union-attr]
            for j in returning
        ]
        raced, told = await write_movements(connection, movements, now)
        self._services.announcer.publish(told)
        self._services.scan_events.publish(
            [logged_scan(m.presentation, m.decision, now) for n, m in enumerate(movements) if n not in raced]
        )
        for j in returning:
            j.back = None
        return {returning[n].scan_id for n in raced}

    async def _venue(self, org_id: int, venue_id: int) -> Venue | Refused:
        try:
            return self._services.venues.remembered(org_id, venue_id) or await self._services.venues.read(
                org_id, venue_id
            )
        except Refused as refused:
            return refused

    async def _write(self, connection: Any, judged: list[PendingScan], now: datetime) -> set[UUID]:
        # In the order of their tickets, which is the order of locking.
        entries = sorted((j for j in judged if j.to_log), key=_ticket_id)
        if not entries:
            return set()
        log_rows = row_literals.rows(_log_row(j) for j in entries)
        while True:
            try:
                rows = await connection.fetch(ENTRIES.write_presented, log_rows, now)
                break
            except asyncpg.DeadlockDetectedError:
                log.warning("door.deadlock")
            except asyncpg.UniqueViolationError:
                # Another process logged one of these scans a moment ago: alone, it is read again and found answered.
                if len(entries) > 1:
                    raise
                return {entries[0].scan_id}
        raced = set()
        told: list[Announcement] = []
        for row in rows:
            if row["kind"] == "raced":
                raced.add(entries[row["raced"] - 1].scan_id)
            else:
                told.append(_announcement(row))
        written = [j for j in entries if j.scan_id not in raced] if raced else entries
        told += _entries_told(written)
        self._services.announcer.publish(told)
        self._services.scan_events.publish([logged_scan(j.presentation, j.answer, now) for j in written])  # type: ignore[arg-type]
        return raced


def _each_scan_once(judged: list[PendingScan]) -> list[PendingScan]:
    """Refuse a scan_id that stands twice in one batch; it is for two codes, since one code never stands twice."""
    first: dict[tuple[int, UUID, str], PendingScan] = {}
    for j in judged:
        if first.setdefault((j.presentation.org_id, j.scan_id, j.presentation.mode), j) is not j:
            j.answer = Refused(Reason.SCAN_ID_REUSED)
    return list(first.values())


def _tell(judged: list[PendingScan]) -> None:
    """Count and log what was decided. The log says which ticket, never which code."""
    counts: dict[tuple[str, str, Reason], int] = {}
    for j in judged:
        p, decision = j.presentation, j.answer
        if not isinstance(decision, Decision):
            continue
        verdict = decision.verdict
        kind = (p.mode, verdict.result, verdict.reason)
        counts[kind] = counts.get(kind, 0) + 1
        if not j.to_log:
            continue
        telemetry.event(
            telemetry.TICKET_VERIFIED if decision.entered else telemetry.VALIDATION_RESULT,
            request_id=p.request_id,
            ticket_id=decision.ticket.id if decision.ticket else None,
            operator_id=p.operator_id,
            gate=p.gate,
            mode=p.mode,
            result=verdict.result,
            reason=verdict.reason,
            also=_DENIED if verdict.result == "RED" else _ALLOWED,
        )
    for (mode, result, reason), count in counts.items():
        telemetry.scan_decided(mode, result, reason, count)
    telemetry.scans_took(monotonic() - min(j.presentation.presented_at for j in judged))


def _same_ticket(presentation: ScanRequest) -> tuple[int, str]:
    return presentation.org_id, presentation.code


def _ticket_id(j: PendingScan) -> tuple[int, int]:
    assert isinstance(j.answer, Decision)
    return j.presentation.org_id, j.answer.ticket.id if j.answer.ticket else 0


def _presented_row(j: PendingScan) -> str:
    """The fields of `presented_scan`, in their order."""
    p = j.presentation
    return f"{p.org_id},{text(p.code)},{j.scan_id.hex},{p.mode}"


def _log_row(j: PendingScan) -> str:
    """The fields of `judged_scan`, in their order."""
    p, decision = j.presentation, j.answer
    assert isinstance(decision, Decision)
    ticket, reservation, verdict = decision.ticket, decision.reservation, decision.verdict
    return (
        f"{p.org_id},{j.scan_id.hex},{p.venue_id},{p.operator_id},{p.mode},{p.source},"
        f"{known_text(p.gate)},{known_text(p.device)},{text(p.code)},{ticket.id if ticket else ''},"
        f"{f'{reservation.id},{reservation.slot_id}' if reservation else ','},{verdict.result},{verdict.reason.value},"
        f"{'t' if decision.entered else 'f'},{'' if j.version is None else j.version},"
        f"{'' if p.scanned_at is None else p.scanned_at.isoformat()}"
    )


def _entries_told(judged: Iterable[PendingScan]) -> list[Announcement]:
    """Who was let in just now, by venue: another gate may have the same ticket on its screen."""
    codes: dict[tuple[int, int], list[str]] = {}
    for j in judged:
        if isinstance(j.answer, Decision) and j.answer.entered:
            codes.setdefault((j.presentation.org_id, j.presentation.venue_id), []).append(j.presentation.code)
    return [TicketsChanged.of(*where, entered, "verified") for where, entered in codes.items()]


def _announcement(row: Any) -> Announcement:
    if row["kind"] == "slot":
        return SlotChanged.of(row)
    return WalkInsChanged(row["org_id"], row["venue_id"], row["date"], row["booked_count"], row["revision"])
