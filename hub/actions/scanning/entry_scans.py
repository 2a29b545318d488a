"""The entry scans: decide scans at an entrance, record entries and returns, log every scan."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import asyncpg

from db import row_literals
from db.statements import load
from hub.actions.scanning import inside_limit
from hub.actions.scanning.entry_rows import answer_text, count_changed, log_row, party_changed
from hub.actions.scanning.movements import Movement, absences_of
from hub.actions.scanning.party_entry import admit_party
from hub.actions.scanning.scan_batch import PendingScan, Publication, Publish, ScanBatches
from hub.actions.scanning.scan_times import record_times
from hub.actions.scanning.scan_verdicts import decide_entry_scan
from hub.batching.batcher import Locked
from hub.events.announcements import Announcement, TicketsChanged
from hub.observability import outcome_metrics, telemetry
from hub.rules.business_day import unless_date_of
from hub.rules.decisions import Decision, Presence
from hub.rules.leaving import decide_return, party_returns
from hub.rules.parties import Party
from hub.rules.product_at_gate import at_gate
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

ENTRIES = load("scanning/entries")


_ENTERED = [telemetry.VALIDATION_RESULT, telemetry.SCAN_ALLOWED]
_ALLOWED, _DENIED = [telemetry.SCAN_ALLOWED], [telemetry.SCAN_DENIED]

log = logging.getLogger(__name__)


class EntryScans(ScanBatches):
    """All entry scans of this process: mode `validate` decides only, mode `verify` records the entry if it is valid."""

    raced_event = "door.raced_too_often"

    def __init__(
        self,
        services: Services,
        *,
        name: str = "door",
        max_in_flight: int = 2,
        observe: Callable[[int, float], None] | None = None,
    ) -> None:
        super().__init__(services, decide_entry_scan, name=name, max_in_flight=max_in_flight, observe=observe)

    async def code_of(self, org_id: int, ticket_id: int) -> str:
        """Return the code of a ticket by its id; an impossible code if there is no such ticket."""
        code = await self._services.database.scans.fetchval(ENTRIES.read_code, org_id, ticket_id)
        return str(code) if code is not None else f"#{ticket_id}"

    async def write_within(self, connection: Any, scan: PendingScan, now: datetime, publish: Publish) -> bool:
        """Decide a scan and, if it lets somebody in, write it in the caller's transaction (`entry_within.py`).

        `publish` gets what is to be published after the commit. Return False if the ticket has changed since it was read.
        """
        await self._decide_all(connection, [scan], now)
        if not inside_limit.comes_in(scan):
            return True
        venue = scan.stopping
        if venue is None or venue.inside_limit is None:
            return not await self._write_scans(connection, [scan], now, publish)
        room = await inside_limit.lock_room(connection, venue, venue.inside_limit, now)
        return not await self._write_those_that_fit(connection, [scan], now, room, publish)

    def publish_written(self, scan: PendingScan, written: Iterable[Publication]) -> None:
        """Publish, count and log a scan of `write_within`, after the commit."""
        for what in written:
            self._publish(*what)
        self._record([scan])

    def _facts_statement(self) -> str:
        return ENTRIES.read_entry_scans

    async def _decide_all(self, connection: Any, scans: list[PendingScan], now: datetime) -> None:
        await super()._decide_all(connection, scans, now)
        together = [scan for scan in scans if scan.together and isinstance(scan.answer, Decision)]
        if together:
            await self._show_parties(connection, together)
        # A holder who is inside may have left since.
        inside = [
            scan
            for scan in scans
            if scan.to_log
            and scan.answer.verdict.reason is Reason.ALREADY_VERIFIED  # type: ignore[union-attr]
            and not scan.for_party
        ]
        if inside:
            await self._decide_returns(connection, inside, now)
        checked = [scan for scan in scans if scan.stopping is not None and inside_limit.would_come_in(scan)]
        if checked:
            await self._check_room(connection, checked, now)

    async def _show_parties(self, connection: Any, together: list[PendingScan]) -> None:
        """Give the answers about tickets that were booked together their parties. One statement reads all counts."""
        reservations = [scan.answer.reservation.id for scan in together]  # type: ignore[union-attr]
        rows = await connection.fetch(ENTRIES.party_counts, [scan.request.org_id for scan in together], reservations)
        for scan, row in zip(together, rows, strict=True):
            decision = scan.answer
            if not isinstance(decision, Decision) or row["size"] is None:
                continue
            scan.party_codes = row["codes"]
            scan.answer = decision._replace(party=Party(None, row["size"], row["admitted"] + decision.entered))

    async def _decide_returns(self, connection: Any, inside: list[PendingScan], now: datetime) -> None:
        """Decide again the scans of holders who have left. Those let in get a movement. One statement reads all absences."""
        tickets = [(scan.request.org_id, scan.answer.ticket.id) for scan in inside]  # type: ignore[union-attr]
        for scan, (absence, version) in zip(inside, await absences_of(connection, tickets), strict=True):
            request, decision = scan.request, scan.answer
            if absence is None:
                continue
            assert isinstance(decision, Decision)
            venue = await self._services.venues.read(request.org_id, request.venue_id)
            # A holder who is scanned here has left before now, whatever the clock of the process that recorded the exit says.
            synced = request.source == "sync" and request.scanned_at is not None
            moment = request.scanned_at if synced else max(now, absence.left_at)
            assert moment is not None
            verdict = decide_return(
                decision.verdict, absence, decision.reservation, venue.policy, venue.id, moment, venue.zone
            )
            if decision.product is not None:
                verdict = at_gate(verdict, decision.product, request.gate, request.answer)
            returns, people = request.mode == "verify" and verdict.reason is Reason.MAY_RETURN, 1
            if returns:
                people = absence.people if request.count is None else request.count
                people = min(people, absence.people) if synced else people
                verdict = party_returns(verdict, people, absence.people)
                returns = verdict.reason is Reason.RE_ENTRY
            party = decision.party
            still_inside = (
                None if party is None or scan.together else party.admitted - absence.people + people * returns
            )
            presence = Presence(None, absence.left_at, absence.gate, still_inside)
            scan.answer = decision = decision._replace(
                verdict=verdict, presence=presence, people=people if returns else 1
            )
            if returns:
                day = unless_date_of(moment if synced else now, absence.date, venue.zone)
                scan.movement = Movement(request, decision, "in", absence.venue_id, absence.date, version, day)

    async def _check_room(self, connection: Any, checked: list[PendingScan], now: datetime) -> None:
        """Answer the checks of tickets that may come in where the venue is full. The entry itself is decided under its lock."""
        rooms: dict[tuple[int, int], int] = {}
        for scan in checked:
            venue = scan.stopping
            assert venue is not None
            assert venue.inside_limit is not None
            key = venue.org_id, venue.id
            if key not in rooms:
                rooms[key] = await inside_limit.read_room(connection, venue, venue.inside_limit, now)
            if rooms[key] <= 0:
                inside_limit.refuse([scan], 0)

    async def _write(self, connection: Any, scans: list[PendingScan], now: datetime) -> list[PendingScan]:
        stopping: dict[tuple[int, int], list[PendingScan]] = {}
        for scan in scans:
            if scan.stopping is not None and inside_limit.comes_in(scan):
                stopping.setdefault((scan.request.org_id, scan.stopping.id), []).append(scan)
        if not stopping:
            return await self._write_scans(connection, scans, now, self._publish)
        raced: list[PendingScan] = []
        for of_venue in stopping.values():
            raced += await self._write_while_room(connection, of_venue, now)
        limited = {scan.scan_id for of_venue in stopping.values() for scan in of_venue}
        others = [scan for scan in scans if scan.scan_id not in limited]
        return raced + await self._write_scans(connection, others, now, self._publish)

    async def _write_while_room(self, connection: Any, scans: list[PendingScan], now: datetime) -> list[PendingScan]:
        """Write the entries of a venue whose gates stop when it is full: those that fit as entries, the others as refused.

        All in one transaction that holds the venue's lock, and published after its commit.
        """
        venue, answers = scans[0].stopping, [(scan.answer, scan.movement, scan.for_party) for scan in scans]
        assert venue is not None
        assert venue.inside_limit is not None
        held: list[Publication] = []
        try:
            async with connection.transaction():
                room = await inside_limit.lock_room(connection, venue, venue.inside_limit, now)
                raced = await self._write_those_that_fit(connection, scans, now, room, lambda *what: held.append(what))
        except (asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError, asyncpg.LockNotAvailableError) as error:
            locked = isinstance(error, asyncpg.LockNotAvailableError)
            for scan, (answer, movement, for_party) in zip(scans, answers, strict=True):
                scan.answer, scan.movement, scan.for_party = Locked() if locked else answer, movement, for_party
            if isinstance(error, asyncpg.UniqueViolationError) and len(scans) > 1:
                raise
            return [] if locked else scans
        for what in held:
            self._publish(*what)
        return raced

    async def _write_those_that_fit(
        self, connection: Any, scans: list[PendingScan], now: datetime, room: int, publish: Publish
    ) -> list[PendingScan]:
        alone = [scan for scan in scans if not scan.for_party]
        raced: list[PendingScan] = []
        while True:
            fitting, alone = inside_limit.split_by_room(alone, room)
            if not fitting:
                break
            lost = await self._write_scans(connection, fitting, now, publish)
            raced += lost
            # Whoever must be decided again has taken no room.
            room -= sum(map(inside_limit.people_of, fitting)) - sum(map(inside_limit.people_of, lost))
        for scan in scans:
            if scan.for_party:
                raced += await self._admit_party(connection, scan, now, publish, room)
                room -= inside_limit.people_of(scan) if _entered(scan) else 0
        if alone:
            inside_limit.refuse(alone, room)
            await self._write_scans(connection, alone, now, publish)
        return raced

    async def _write_scans(
        self, connection: Any, scans: list[PendingScan], now: datetime, publish: Publish
    ) -> list[PendingScan]:
        returning = [scan for scan in scans if scan.movement is not None]
        parties = [scan for scan in scans if scan.for_party and scan.movement is None]
        # In the order of their tickets, which is the order of locking.
        entries = sorted(
            (scan for scan in scans if scan.to_log and scan.movement is None and not scan.for_party), key=_ticket_id
        )
        raced = await self._write_entries(connection, entries, now, publish) if entries else []
        if returning:
            raced += await self._write_movements(connection, returning, now, publish)
        for scan in parties:
            raced += await self._admit_party(connection, scan, now, publish)
        return raced

    async def _admit_party(
        self, connection: Any, scan: PendingScan, now: datetime, publish: Publish, room: int | None = None
    ) -> list[PendingScan]:
        """Decide and write the scan of a whole party. Return it if it must be decided again."""
        if isinstance(scan.answer, Refused):
            return []
        venue = await self._services.venues.read(scan.request.org_id, scan.request.venue_id)
        products = await self._services.products.at_gates(venue.org_id, venue.id)
        written = await admit_party(connection, scan, venue, now, products, room)
        if written is None:
            return [scan]
        publish(written.announcements, written.scans, now)
        return []

    async def _write_entries(
        self, connection: Any, entries: list[PendingScan], now: datetime, publish: Publish
    ) -> list[PendingScan]:
        log_rows, answers = row_literals.rows(map(log_row, entries)), [answer_text(scan) for scan in entries]
        while True:
            try:
                rows = await connection.fetch(ENTRIES.write_entry_scans, log_rows, now, answers)
                break
            except asyncpg.DeadlockDetectedError:
                if connection.is_in_transaction():
                    raise
                log.warning("door.deadlock")
            except asyncpg.UniqueViolationError:
                # Another process has just logged one of these scans. Run alone, it is read again and gets its first answer.
                if len(entries) > 1 or connection.is_in_transaction():
                    raise
                return entries
        raced_numbers = {row["raced"] - 1 for row in rows if row["kind"] == "raced"}
        announcements = [count_changed(row) for row in rows if row["kind"] != "raced"]
        written = entries
        if raced_numbers:
            written = [scan for n, scan in enumerate(entries) if n not in raced_numbers]
        announcements += _tickets_verified(written)
        publish(announcements, written, now)
        return [entries[n] for n in raced_numbers]

    def _record(self, scans: list[PendingScan]) -> None:
        counts: dict[tuple[str, str, Reason], int] = {}
        visitors: dict[tuple[int, int], list[int]] = {}
        for scan in scans:
            request, decision = scan.request, scan.answer
            if not isinstance(decision, Decision):
                continue
            verdict = decision.verdict
            kind = (request.mode, verdict.result, verdict.reason)
            counts[kind] = counts.get(kind, 0) + 1
            if not scan.to_log:
                continue
            turned_away = verdict.result == "RED"
            if request.source != "sync" and (turned_away or (request.mode == "verify" and verdict.result == "GREEN")):
                # A look that turns nobody away is followed by the scan that counts, and a synced scan was decided long before.
                visitors.setdefault((request.org_id, request.venue_id), [0, 0])[turned_away] += 1
            telemetry.event(
                telemetry.TICKET_VERIFIED if decision.entered else telemetry.VALIDATION_RESULT,
                request_id=request.request_id,
                ticket_id=decision.ticket.id if decision.ticket else None,
                operator_id=request.operator_id,
                gate=request.gate,
                mode=request.mode,
                result=verdict.result,
                reason=verdict.reason,
                also=_ENTERED if decision.entered else _DENIED if verdict.result == "RED" else _ALLOWED,
            )
        for (mode, result, reason), count in counts.items():
            telemetry.scan_decided(mode, result, reason, count)
        for (org_id, venue_id), (let_in, refused) in visitors.items():
            outcome_metrics.visitors_decided(org_id, venue_id, let_in, refused)
        record_times([scan.request for scan in scans])


def _entered(scan: PendingScan) -> bool:
    return isinstance(scan.answer, Decision) and scan.answer.entered


def _ticket_id(scan: PendingScan) -> tuple[int, int]:
    assert isinstance(scan.answer, Decision)
    return scan.request.org_id, scan.answer.ticket.id if scan.answer.ticket else 0


def _tickets_verified(scans: Iterable[PendingScan]) -> list[Announcement]:
    """One announcement for each venue, since another gate may have the same ticket on its screen; and one for each booking."""
    codes: dict[tuple[int, int], list[str]] = {}
    parties: list[Announcement] = []
    for scan in scans:
        decision, request = scan.answer, scan.request
        if isinstance(decision, Decision) and decision.entered:
            if decision.party is None:
                codes.setdefault((request.org_id, request.venue_id), []).append(request.code)
            else:
                parties += party_changed(request, [request.code], decision.party, "verified", of_party=scan.party_codes)
    return [*(TicketsChanged.of(*venue, entered, "verified") for venue, entered in codes.items()), *parties]
