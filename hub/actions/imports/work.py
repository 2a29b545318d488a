"""The work on an import: a process that holds its lease checks the file, or stores it batch by batch.

Each batch is one transaction with its counts and its last line. Whoever goes on after a crash begins behind that line, so every line
counts once. A process that has lost its lease stores nothing more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson

from db.organisation import working_for
from db.pool import DatabaseDown
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import record_change
from hub.actions.imports.file_process import documents_of_file
from hub.actions.imports.line_batches import TICKETS, PlannedBatch, kept_lines, plan_batch, store_batch
from hub.actions.imports.records import IMPORTS
from hub.actions.imports.standing_tickets import read_standing
from hub.actions.orders.cancel_ticket import cancel_ticket
from hub.events.announcements import TicketsChanged
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.import_plan import fields_after, plan_line
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.ticket_lines import TicketRow
from hub.services import Services
from hub.text.import_process import error_of_cells, row_of_cells

LEASE = timedelta(seconds=15)
_SKEW = timedelta(seconds=60)
"""Time by which the clocks of two processes may differ without anything being wrong."""
MOST_LINES_KEPT = 10_000
"""Errors, and changes, that are kept of a file. All of them are counted."""
PREVIEW = 10


def latest_lease(now: datetime) -> datetime:
    """Return the latest end that a lease may have. A later one was written while a clock was ahead."""
    return now + LEASE + _SKEW


class LostLease(Exception):
    """Another process works on the import."""


async def work_on(services: Services, org_id: int, import_id: int) -> bool:
    """Check or store an import to its end. Return whether this process did: False if another one works on it, or nothing is to be done."""
    with working_for(org_id):
        lease, now = uuid4(), services.clock.now()
        row = await services.database.fetchrow(
            IMPORTS.claim, org_id, import_id, lease, now, now + LEASE, latest_lease(now)
        )
        if row is None:
            return False
        work = ImportWork(services, row)
        try:
            async with work.heartbeat():
                await (work.check() if row["status"] == "CHECKING" else work.run())
        except LostLease:
            return False
        except BaseException:
            with suppress(DatabaseDown):
                await services.database.execute(IMPORTS.give_up_lease, org_id, import_id, lease)
            raise
        return True


class ImportWork:
    """The work of one process on one import, for as long as it has the lease."""

    def __init__(self, services: Services, row: Any) -> None:
        self._services, self._row = services, row
        self._key = (row["org_id"], row["id"], row["lease"])
        self._by = Actor(
            row["org_id"], None, row["staff_id"], row["staff_name"], row["source"], row["client_ip"], None,
            tuple(row["venue_ids"]),
        )  # fmt: skip
        self._reason = f"Import {row['id']}"
        self._own_order = f"import-{row['digest']}"

    @asynccontextmanager
    async def heartbeat(self) -> AsyncIterator[None]:
        """Keep the lease for the block, however long the file takes to read."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(LEASE.total_seconds() / 3)
                with suppress(DatabaseDown):
                    await self._services.database.jobs.execute(
                        IMPORTS.keep_lease, *self._key, self._services.clock.now() + LEASE
                    )

        task = asyncio.get_running_loop().create_task(beat(), name=f"lease of import {self._row['id']}")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def check(self) -> None:
        """Read the whole file, and store nothing but what it would do."""
        org_id, import_id, _ = self._key
        await self._services.database.execute(IMPORTS.drop_lines, org_id, import_id)
        opening: dict[str, Any] = {}
        lines, end = 0, None
        async with self._documents() as documents:
            async for document in documents:
                if "refused" in document:
                    await self._refuse(document)
                    return
                if "headers" in document:
                    opening = document
                    await self._services.database.execute(
                        IMPORTS.note_reading, *self._key, orjson.dumps(opening).decode(), opening["mapping"]
                    )
                elif "rows" in document:
                    batch = await self._again(self._check_batch, document)
                    opening.setdefault("preview", _preview(batch))
                    lines += document["lines"]
                else:
                    end = document
        if end is None:
            await self._end_check("MAPPING", opening.get("problem"), [], opening)
        elif not lines:
            await self._end_check("FAILED", "The file has no lines below its headers", [], {})
        else:
            await self._end_check("READY", None, end["unused"], opening)

    async def run(self) -> None:
        """Store what is left of the file, and end the import."""
        async with self._documents() as documents:
            async for document in documents:
                if "refused" in document:
                    await self._end_run("FAILED", document["refused"])
                    return
                if "rows" in document:
                    await self._run_batch(document)
        await self._end_run("DONE", None)

    def _documents(self) -> Any:
        org_id, import_id, _ = self._key
        options = {
            "encoding": self._row["encoding"], "sheet": self._row["sheet"], "mapping": self._row["mapping"],
            "after": self._row["last_line"],
        }  # fmt: skip
        return documents_of_file(self._services, org_id, import_id, options)

    async def _refuse(self, document: dict[str, Any]) -> None:
        if document["field"] == "encoding":
            await self._end_check("ENCODING", document["refused"], [], {"encodings": document["encodings"]})
        else:
            await self._end_check("FAILED", document["refused"], [], {})

    async def _end_check(self, status: str, problem: str | None, unused: list[str], reading: dict[str, Any]) -> None:
        """End the check. A file that cannot be read is not kept."""
        async with self._services.database.transaction() as connection:
            await connection.execute(
                IMPORTS.end_check, *self._key, status, problem, unused, orjson.dumps(reading).decode(), self._services.clock.now()
            )  # fmt: skip
            if status == "FAILED":
                await connection.execute(IMPORTS.drop_parts, *self._key[:2])

    async def _end_run(self, status: str, problem: str | None) -> None:
        """End the import in one transaction with its row of the log. The file and what it would change are deleted."""
        now = self._services.clock.now()
        async with self._services.database.transaction() as connection:
            await self._hold(connection)
            await connection.execute(IMPORTS.end_run, *self._key, status, problem, now)
            await connection.execute(IMPORTS.drop_parts, *self._key[:2])
            await connection.execute(IMPORTS.blank_lines, *self._key[:2])
            done = await connection.fetchrow(IMPORTS.read_import, *self._key[:2])
            await record_change(
                connection, self._services, self._by, AuditAction.TICKETS_IMPORTED, done["id"],
                after={"tickets": done["added"], **{name: done[name] for name in ("changed", "cancelled", "unchanged", "refused")}},
            )  # fmt: skip
        telemetry.event(
            telemetry.TICKETS_IMPORTED, import_id=done["id"], added=done["added"], changed=done["changed"],
            cancelled=done["cancelled"], refused=done["refused"], staff_id=self._by.staff_id,
        )  # fmt: skip

    async def _again(self, step: Any, document: dict[str, Any]) -> PlannedBatch:
        """Try a batch again if a lock was not free in time. Its counts are in its transaction, so it counts once."""
        for attempt in range(MAX_ATTEMPTS):
            try:
                planned: PlannedBatch = await step(document)
                return planned
            except DatabaseDown:
                if attempt == MAX_ATTEMPTS - 1:
                    raise
                await asyncio.sleep(0.2 * (attempt + 1))
        raise AssertionError

    async def _hold(self, connection: Any) -> None:
        if await connection.fetchval(IMPORTS.hold, *self._key) is None:
            raise LostLease

    async def _check_batch(self, document: dict[str, Any]) -> PlannedBatch:
        async with self._services.database.transaction() as connection:
            await self._hold(connection)
            batch = await self._plan(connection, document)
            await self._keep(connection, batch, document, kinds=("error", "change", "cancel"))
        return batch

    async def _run_batch(self, document: dict[str, Any]) -> None:
        await self._cancel(document)
        batch = await self._again(self._store_batch, document)
        changed = [row.code for row, planned in batch.plans if planned.kind == "change"]
        if changed:
            self._services.announcer.publish([TicketsChanged.of(self._by.org_id, None, changed, "activated")])

    async def _store_batch(self, document: dict[str, Any]) -> PlannedBatch:
        async with self._services.database.transaction() as connection:
            await self._hold(connection)
            await connection.execute(TICKETS.take_turn, self._by.org_id)
            codes = [cells[1] for cells in document["rows"]]
            await connection.execute(TICKETS.lock_tickets, self._by.org_id, codes)
            batch = await self._plan(connection, document)
            await store_batch(
                self._services, connection, self._by, batch, own_order=self._own_order, now=self._services.clock.now()
            )
            await self._keep(connection, batch, document, kinds=("error",))
        return batch

    async def _plan(self, connection: Any, document: dict[str, Any]) -> PlannedBatch:
        rows = [row_of_cells(cells) for cells in document["rows"]]
        errors = [error_of_cells(cells) for cells in document["errors"]]
        return await plan_batch(connection, self._by, rows, errors, reason=self._reason)

    async def _keep(
        self, connection: Any, batch: PlannedBatch, document: dict[str, Any], *, kinds: tuple[str, ...]
    ) -> None:
        kept = [one for one in kept_lines(batch) if one[1] in kinds]
        if kept:
            await connection.execute(
                IMPORTS.add_lines,
                *self._key[:2],
                *(list(column) for column in zip(*kept, strict=True)),
                MOST_LINES_KEPT,
            )
        counts, now = batch.counts, self._services.clock.now()
        await connection.execute(
            IMPORTS.progress, *self._key, document["last"], document["lines"], counts["add"], counts["change"], counts["cancel"],
            counts["same"], counts["refuse"], now + LEASE, now, batch.new_products,
        )  # fmt: skip

    async def _cancel(self, document: dict[str, Any]) -> None:
        """Cancel tickets as an administrator would: each in a transaction of its own, before the batch that counts them."""
        rows = [row for row in map(row_of_cells, document["rows"]) if _cancels(row)]
        if not rows:
            return
        standing = await read_standing(self._services.database, self._by, [row.code for row in rows], self._reason)
        for row in rows:
            ticket = standing.get(row.code)
            if ticket is not None and plan_line(row, ticket, None).kind == "cancel" and not ticket.cancelled_here:
                await self._hold(self._services.database)
                await cancel_ticket(self._services, self._by, ticket.id, self._reason)


def _cancels(row: TicketRow) -> bool:
    return row.status == "CANCELLED" and "status" in row.given


def _preview(batch: PlannedBatch) -> list[dict[str, str | None]]:
    """Return the first lines as they will be stored. A new ticket of a line without a product has that of the organisation."""
    lines = []
    for row, planned in batch.plans[:PREVIEW]:
        fields = fields_after(row, batch.standing.get(row.code), planned)
        if planned.kind == "add":
            fields["product"] = batch.product_name(row.product)
        lines.append({"line": str(row.line), **fields, "what": planned.kind})
    return lines
