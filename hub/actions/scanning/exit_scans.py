"""The deed of letting out: judge what is presented at an exit, record who leaves, log everything; many in one transaction."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from db import row_literals
from db.row_literals import text
from db.statements import load
from hub.access.uuids import sortable_uuid
from hub.actions.scanning.movements import Movement, write_movements
from hub.actions.scanning.scan_verdicts import sharpened
from hub.actions.venues.venue_cache import Venue
from hub.batching.batcher import Batcher
from hub.events.scan_events import logged_scan
from hub.observability import telemetry
from hub.observability.logs import request_id
from hub.rules.decisions import Decision, Presence
from hub.rules.entry_decision import UNKNOWN, FirstEntry, ReservationFacts, TicketFacts, Verdict
from hub.rules.leaving import EXIT_REMEMBERED, decide_exit
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE, ScanRequest
from hub.rules.ticket_code import normalise
from hub.rules.venue_day import today
from hub.services import Services

EXITS = load("scanning/exits")
MAX_ATTEMPTS = 4
"""How often an exit is judged anew because its ticket changed between reading and writing."""

log = logging.getLogger(__name__)


class ExitScans:
    """All exits of this process. `leave` returns at once; its future resolves after the commit."""

    def __init__(
        self,
        services: Services,
        *,
        name: str = "exit",
        max_in_flight: int = 2,
        observe: Callable[[int, float], None] | None = None,
    ) -> None:
        self._services = services
        self._batcher: Batcher[ScanRequest, Decision] = Batcher(
            name, self._judge, key=_same_ticket, max_in_flight=max_in_flight, observe=observe
        )
        self.drain = self._batcher.drain

    def submit(self, exit_: ScanRequest) -> asyncio.Future[Decision]:
        """Judge, and record the exit of whoever is inside. The same `scan_id` again: the same answer.

        The future may raise `Refused` (SCAN_ID_REUSED, BUSY) or `Unavailable`.
        """
        exit_.code = normalise(exit_.code)[:LONGEST_CODE]
        exit_.scan_id = exit_.scan_id or sortable_uuid()
        exit_.presented_at = monotonic()
        exit_.request_id = request_id.get()
        return self._batcher.submit(exit_)

    async def _judge(self, exits: list[ScanRequest]) -> list[Decision | BaseException]:
        answers: dict[int, Decision | BaseException] = {}
        first: dict[tuple[int, UUID | None], int] = {}
        for n, exit_ in enumerate(exits):
            # Twice in one batch it is for two codes, since one code never stands twice.
            if first.setdefault((exit_.org_id, exit_.scan_id), n) != n:
                answers[n] = Refused(Reason.SCAN_ID_REUSED)
        left = [n for n in range(len(exits)) if n not in answers]
        async with self._services.database.scans.connection() as connection:
            for _ in range(MAX_ATTEMPTS):
                now = self._services.clock.now()
                rows = await connection.fetch(
                    EXITS.read_leaving, row_literals.rows(_presented_row(exits[n]) for n in left)
                )
                moving, of = [], []
                for n, row in zip(left, rows, strict=True):
                    judged = await self._decide(exits[n], row, now)
                    if isinstance(judged, Movement):
                        moving.append(judged)
                        of.append(n)
                        answers[n] = judged.decision
                    else:
                        answers[n] = judged
                raced: set[int] = set()
                if moving:
                    raced, told = await write_movements(connection, moving, now)
                    self._services.announcer.publish(told)
                    written = [movement for n, movement in enumerate(moving) if n not in raced]
                    self._services.scan_events.publish([logged_scan(m.presentation, m.decision, now) for m in written])
                    _tell(written)
                left = sorted(of[n] for n in raced)
                if not left:
                    break
            else:
                log.warning("exit.raced_too_often")
                answers.update((n, Refused(Reason.BUSY)) for n in left)
        return [answers[n] for n in range(len(exits))]

    async def _decide(self, exit_: ScanRequest, row: Any, now: datetime) -> Movement | Decision | Refused:
        """What becomes of one exit: a movement to write, or the answer it had before."""
        try:
            venue = await self._services.venues.read(exit_.org_id, exit_.venue_id)
        except Refused as refused:
            return refused
        ticket = reservation = entry = None
        if row["id"] is not None:
            # The columns stand in the order of the facts; for which venues the ticket is good does not matter any more.
            ticket = TicketFacts._make((*row[:8], None))
        if row["reservation_id"] is not None:
            reservation = ReservationFacts._make(row[8:18])
        if row["verified_at"] is not None:
            entry = FirstEntry(row["verified_at"], row["verified_by"], row["operator_name"] or "", row["verified_gate"])
        presence = _presence(row)
        day = today(now, venue.zone)
        status = ticket.status if ticket else None
        assert exit_.scan_id is not None
        if row["scanned_code"] is not None:
            if row["scanned_code"] != exit_.code:
                return Refused(Reason.SCAN_ID_REUSED)
            verdict = sharpened(EXIT_REMEMBERED.get(Reason(row["scanned_reason"]), UNKNOWN), exit_.code)
            return Decision(verdict, ticket, status, reservation, entry, day, exit_.scan_id, False, True, presence)
        verdict = _verdict(exit_, row, entry, presence, venue, now)
        decision = Decision(verdict, ticket, status, reservation, entry, day, exit_.scan_id, False, False, presence)
        if verdict.reason is not Reason.EXIT_RECORDED:
            return Movement(exit_, decision)
        counted = row["counted_date"] or today(row["verified_at"], venue.zone)
        return Movement(exit_, decision, "out", row["counted_venue_id"] or venue.id, counted, row["version"])


def _presence(row: Any) -> Presence | None:
    """Where the ticket's holder is by what is stored; None where they never came in."""
    if row["verified_at"] is None:
        return None
    if row["left_at"] is not None and row["returned_at"] is None:
        return Presence(row["verified_at"], row["left_at"], row["left_gate"])
    return Presence(row["returned_at"] or row["verified_at"])


def _verdict(  # noqa: PLR0917 - the facts, as `_decide` has them
    exit_: ScanRequest, row: Any, entry: FirstEntry | None, presence: Presence | None, venue: Venue, now: datetime
) -> Verdict:
    since, left_at, gate = presence or Presence(None)
    moment = exit_.scanned_at if exit_.source == "sync" and exit_.scanned_at is not None else now
    if since is not None and exit_.source != "sync":
        # Whoever is scanned live is here now, by whichever process' clock they came in.
        moment = max(moment, since, left_at or since)
    left = (left_at, gate) if left_at is not None else None
    elsewhere = row["entry_venue_id"] or venue.id
    verdict = decide_exit(row["id"] is not None, entry, elsewhere, left, since, venue.id, moment, venue.zone)
    return sharpened(verdict, exit_.code)


def _tell(movements: list[Movement]) -> None:
    """Count and log what was decided. The log says which ticket, never which code."""
    for movement in movements:
        exit_, decision = movement.presentation, movement.decision
        verdict = decision.verdict
        telemetry.scan_decided("exit", verdict.result, verdict.reason)
        telemetry.event(
            telemetry.EXIT_RECORDED if movement.way else telemetry.EXIT_REFUSED,
            request_id=exit_.request_id,
            ticket_id=decision.ticket.id if decision.ticket else None,
            operator_id=exit_.operator_id,
            gate=exit_.gate,
            result=verdict.result,
            reason=verdict.reason,
        )
    if movements:
        telemetry.scans_took(monotonic() - min(movement.presentation.presented_at for movement in movements))


def _same_ticket(exit_: ScanRequest) -> tuple[int, str]:
    return exit_.org_id, exit_.code


def _presented_row(exit_: ScanRequest) -> str:
    """The fields of `presented_scan`, in their order."""
    assert exit_.scan_id is not None
    return f"{exit_.org_id},{text(exit_.code)},{exit_.scan_id.hex},exit"
