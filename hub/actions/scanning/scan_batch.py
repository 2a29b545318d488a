"""The scan batch: one batched optimistic write, which entry scans and exit scans share.

Read the facts of all scans without locks, decide each with the rules, write all with one guarded statement, publish.
A scan whose ticket changed between reading and writing is decided again, at most `MAX_ATTEMPTS` times.
"""

import asyncio
import logging
import random
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from time import monotonic
from typing import Any, ClassVar
from uuid import UUID

import asyncpg

from db import row_literals
from db.row_literals import text
from db.statements import load
from db.stored_codes import codes_without_case
from hub.access.randomness import token_hash
from hub.access.uuids import sortable_uuid
from hub.actions.scanning.first_answers import Repeat, first_answers
from hub.actions.scanning.movements import Movement, write_movements
from hub.actions.scanning.scan_times import count_unanswered
from hub.batching.batcher import Batcher, Locked
from hub.events.announcements import Announcement
from hub.events.scan_events import logged_scan
from hub.observability.logs import request_id
from hub.rules.decisions import Decision
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.product_at_gate import ProductsAtGate
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE, ScanRequest
from hub.rules.ticket_code import is_ours, normalise
from hub.rules.venue import Venue
from hub.services import Services

ENTRIES = load("scanning/entries")
_LINK = re.compile(r"(?=.*[a-z])[\w-]{32}", re.ASCII).fullmatch
"""The secret of a confirmation link, as `secret_token` makes it. No code of ours is as long."""

ONE_SLOT_LOCK_SECONDS = 0.05
"""Seconds that the scans of one slot wait for its lock when those of each slot are written apart."""
LOCKED_SECONDS = 2.0
"""Seconds for which the scans of a slot whose lock was not free are written apart. Each try that fails begins them again."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class PendingScan:
    """A scan request inside a batch, with its facts and its answer."""

    request: ScanRequest
    scan_id: UUID
    answer: Decision | Refused | Locked | None = None
    version: int | None = None
    """The ticket's version as it was read. The write fails if it has changed."""
    to_log: bool = True
    movement: Movement | None = None
    """Set for an exit, and for an entry scan that is a return. It is written instead of an entry."""
    together: bool = False
    """Set for a ticket that was booked together with others. The answer then shows their party."""
    party_codes: Sequence[str] = ()
    """The codes of that party. Scanners that show one of them hear when its numbers change."""
    day: date | None = None
    """The business day, unless it is the date of the scan's moment at the venue."""
    note: str | None = None
    """The question of the product and its answer, as the log keeps them."""
    stopping: Venue | None = None
    """Set if the venue's gates stop when it is full (`inside_limit.py`)."""
    for_party: bool = False
    """Set if the scan admits several of those tickets. `party_entry.py` decides it then."""


DecideScan = Callable[[PendingScan, Any, Venue, datetime, date, ProductsAtGate], None]
"""Sets the answer of one scan from its row, the venue, the current time, the date there, and the products that say something."""


Publication = tuple[Iterable[Announcement], Iterable[PendingScan], datetime]
Publish = Callable[[Iterable[Announcement], Iterable[PendingScan], datetime], None]
"""Announces what was changed, and the scans that were logged."""


def prepare(request: ScanRequest) -> None:
    """Bring the code into its stored form, and note when and for which request of a client the scan begins."""
    request.code = normalise(request.code)[:LONGEST_CODE]
    request.submitted_at = monotonic()
    request.request_id = request_id.get()


class ScanBatches(ABC):
    """The scans of one kind in this process, decided and written in batches.

    A subclass gives the statement that reads the facts, the decision, the write, and what is counted afterwards.
    """

    raced_event: ClassVar[str]
    """The log event when a scan lost every attempt."""

    def __init__(
        self,
        services: Services,
        decide: DecideScan,
        *,
        name: str,
        max_in_flight: int,
        observe: Callable[[int, float], None] | None,
    ) -> None:
        self._services = services
        self._decide = decide
        self._batcher: Batcher[ScanRequest, Decision] = Batcher(
            name,
            self._run_batch,
            key=_same_ticket,
            max_in_flight=max_in_flight,
            run_apart=self._run_slot_by_slot,
            observe=observe,
            failed=count_unanswered,
        )
        self._locked: dict[tuple[int, int], float] = {}
        """The slots whose lock was not free, with the time until which their scans are written apart."""
        self.drain = self._batcher.drain

    def submit(self, request: ScanRequest) -> asyncio.Future[Decision]:
        """Decide and record one scan. The future resolves after the commit. A repeated `scan_id` gets the same answer.

        The future may raise `Refused` (SCAN_ID_REUSED, BUSY, NOT_FOUND for the venue) or `Unavailable`.
        """
        prepare(request)
        return self._batcher.submit(request)

    @abstractmethod
    def _facts_statement(self) -> str:
        """The SQL that reads one row for each scan."""

    @abstractmethod
    async def _write(self, connection: Any, scans: list[PendingScan], now: datetime) -> list[PendingScan]:
        """Write and publish the scans to be logged. Return those whose ticket has changed since it was read."""

    @abstractmethod
    def _record(self, scans: list[PendingScan]) -> None:
        """Count and log the decisions. The log has the ticket's id, never its code."""

    async def _run_batch(self, requests: list[ScanRequest]) -> list[Decision | BaseException]:
        return await self._run(requests, self._write_together)

    async def _run_slot_by_slot(self, requests: list[ScanRequest]) -> list[Decision | BaseException]:
        return await self._run(requests, self._write_slot_by_slot)

    async def _run(
        self,
        requests: list[ScanRequest],
        write: Callable[[Any, list[PendingScan], datetime], Awaitable[list[PendingScan]]],
    ) -> list[Decision | BaseException]:
        scans = [PendingScan(request, request.scan_id or sortable_uuid()) for request in requests]
        undecided = _refuse_repeated_ids(scans)
        # One connection for reading and writing, because taking one from the pool takes as long as deciding a scan.
        async with self._services.database.scans.connection() as connection:
            for _ in range(MAX_ATTEMPTS):
                now = self._services.clock.now()
                await self._decide_all(connection, undecided, now)
                undecided = await write(connection, undecided, now)
                if not undecided:
                    break
                for scan in undecided:
                    scan.movement = None
                    scan.together = scan.for_party = False
                    scan.party_codes = ()
                    scan.note = None
            else:
                log.warning(self.raced_event)
                for scan in undecided:
                    scan.answer = Refused(Reason.BUSY)
        self._record(scans)
        return [scan.answer for scan in scans]  # type: ignore[misc]

    async def _write_together(self, connection: Any, scans: list[PendingScan], now: datetime) -> list[PendingScan]:
        """Write as `_write`; slot by slot if a lock is not free. The scans of slots that are known to be locked are answered so."""
        if self._locked:
            moment = monotonic()
            self._locked = {slot: until for slot, until in self._locked.items() if until > moment}
            for scan in scans:
                if scan.to_log and _slot_of(scan) in self._locked:
                    scan.answer = Locked()
            scans = [scan for scan in scans if not isinstance(scan.answer, Locked)]
        try:
            return await self._write(connection, scans, now)
        except asyncpg.LockNotAvailableError:
            log.warning("door.slot_locked")
        return await self._write_slot_by_slot(connection, scans, now)

    async def _write_slot_by_slot(self, connection: Any, scans: list[PendingScan], now: datetime) -> list[PendingScan]:
        """Write the scans of each slot alone. Those of a slot that another transaction has locked are answered so."""
        by_slot: dict[tuple[int, int], list[PendingScan]] = {}
        for scan in scans:
            by_slot.setdefault(_slot_of(scan), []).append(scan)
        raced: list[PendingScan] = []
        usual = await connection.fetchval("SHOW lock_timeout")
        await connection.execute(f"SET lock_timeout = '{ONE_SLOT_LOCK_SECONDS * 1000:.0f}ms'")
        try:
            for slot, of_slot in by_slot.items():
                try:
                    raced += await self._write(connection, of_slot, now)
                    self._locked.pop(slot, None)
                except asyncpg.LockNotAvailableError:
                    if slot[1]:
                        self._locked[slot] = monotonic() + LOCKED_SECONDS
                    raced += await self._write_one_by_one(connection, of_slot, now)
        finally:
            await connection.execute(f"SET lock_timeout = '{usual}'")
        return raced

    async def _write_one_by_one(self, connection: Any, scans: list[PendingScan], now: datetime) -> list[PendingScan]:
        """Write each scan alone, because a ticket may be locked, and not the slot. After two, in an order of chance, it is the slot."""
        raced: list[PendingScan] = []
        not_free = 0 if len(scans) > 1 else 2
        for scan in random.sample(scans, len(scans)):
            try:
                if not_free < 2:
                    raced += await self._write(connection, [scan], now)
                    continue
            except asyncpg.LockNotAvailableError:
                not_free += 1
            scan.answer = Locked()
        return raced

    async def _decide_all(self, connection: Any, scans: list[PendingScan], now: datetime) -> None:
        links = [scan for scan in scans if len(scan.request.code) == 32 and _LINK(scan.request.code)]
        if links:
            await _find_bookings(connection, links)
        venues = await self._venues_of(scans)
        by_venue = {
            venue.id: (
                now.astimezone(venue.zone).date(),
                await self._services.products.at_gates(venue.org_id, venue.id),
            )
            for venue in venues.values()
            if isinstance(venue, Venue)
        }
        rows = await self._facts(connection, scans)
        repeated: list[tuple[PendingScan, Repeat]] = []
        for scan, row in zip(scans, rows, strict=True):
            request = scan.request
            venue = venues[request.org_id, request.venue_id]
            if isinstance(venue, Refused):
                scan.answer, scan.to_log = venue, False
            elif row["was_answered"]:
                repeat = Repeat(request.org_id, scan.scan_id, request.mode, request.code, row, venue.zone)
                repeated.append((scan, repeat))
            else:
                self._decide(scan, row, venue, now, *by_venue[venue.id])
                if venue.when_full == "stop" and venue.inside_limit is not None and request.source != "sync":
                    scan.stopping = venue
        if repeated:
            answers = await first_answers(connection, [repeat for _, repeat in repeated])
            for (scan, _), scan.answer in zip(repeated, answers, strict=True):
                scan.to_log = False

    async def _facts(self, connection: Any, scans: list[PendingScan]) -> list[Any]:
        """Return the row of each scan. An unknown code from elsewhere becomes the only one that differs in case alone."""
        rows = list(await connection.fetch(self._facts_statement(), row_literals.rows(map(_request_row, scans))))
        missed = [n for n, row in enumerate(rows) if row["id"] is None and not is_ours(scans[n].request.code)]
        if not missed:
            return rows
        requests = [scans[n].request for n in missed]
        codes = await codes_without_case(connection, [r.org_id for r in requests], [r.code for r in requests])
        found = [(n, code) for n, code in zip(missed, codes, strict=True) if code is not None]
        if found:
            for n, code in found:
                scans[n].request.code = code
            again = row_literals.rows(_request_row(scans[n]) for n, _ in found)
            for (n, _), row in zip(found, await connection.fetch(self._facts_statement(), again), strict=True):
                rows[n] = row
        return rows

    async def _venues_of(self, scans: Iterable[PendingScan]) -> dict[tuple[int, int], Venue | Refused]:
        venues: dict[tuple[int, int], Venue | Refused] = {}
        for scan in scans:
            key = scan.request.org_id, scan.request.venue_id
            if key not in venues:
                try:
                    venues[key] = await self._services.venues.read(*key)
                except Refused as refused:
                    venues[key] = refused
        return venues

    async def _write_movements(
        self, connection: Any, scans: Sequence[PendingScan], now: datetime, publish: Publish
    ) -> list[PendingScan]:
        """Write and publish the movements of these scans. Return those whose ticket has changed since it was read."""
        raced, announcements = await write_movements(connection, [s.movement for s in scans if s.movement], now)
        publish(announcements, [scan for n, scan in enumerate(scans) if n not in raced], now)
        return [scans[n] for n in raced]

    def _publish(self, announcements: Iterable[Announcement], logged: Iterable[PendingScan], now: datetime) -> None:
        """Publish what a committed statement has changed."""
        self._services.announcer.publish(announcements)
        self._services.scan_events.publish([logged_scan(s.request, s.answer, now) for s in logged])  # type: ignore[arg-type]


async def _find_bookings(connection: Any, links: list[PendingScan]) -> None:
    """Replace the secrets of confirmation links by the codes of their bookings. Neither answer nor log holds a secret."""
    hashes = [token_hash(scan.request.code) for scan in links]
    rows = await connection.fetch(ENTRIES.codes_of_links, [scan.request.org_id for scan in links], hashes)
    for scan, row in zip(links, rows, strict=True):
        if row["code"] is not None:
            scan.request.code = row["code"]


def _slot_of(scan: PendingScan) -> tuple[int, int]:
    """Return the organisation and the slot whose counts the scan changes; slot 0 if it changes none."""
    decision = scan.answer
    if not isinstance(decision, Decision) or decision.reservation is None or not (decision.entered or scan.for_party):
        return scan.request.org_id, 0
    return scan.request.org_id, decision.reservation.slot_id


def _same_ticket(request: ScanRequest) -> tuple[int, str]:
    return request.org_id, request.code


def _refuse_repeated_ids(scans: list[PendingScan]) -> list[PendingScan]:
    """Refuse a scan_id that occurs twice in a batch. No code occurs twice, so it was used for two codes."""
    first: dict[tuple[int, UUID, str], PendingScan] = {}
    for scan in scans:
        if first.setdefault((scan.request.org_id, scan.scan_id, scan.request.mode), scan) is not scan:
            scan.answer, scan.to_log = Refused(Reason.SCAN_ID_REUSED), False
    return list(first.values())


def _request_row(scan: PendingScan) -> str:
    """The fields of the type `presented_scan`, in their order."""
    request = scan.request
    return f"{request.org_id},{text(request.code)},{scan.scan_id.hex},{request.mode}"
