"""Retention: contact data is erased a number of days after the visit, in batches, for every organisation that has set one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields
from hub.actions.privacy.erasure import Rows, erase_rows, rows_of
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.services import Services

DATA = load("privacy/personal_data")
LONGEST_DAYS = 3650
SLOTS_AT_ONCE, ROWS_AT_ONCE = 50, 500
MOST_BATCHES = 200
"""Batches of one run for each organisation and kind of row. The next run goes on."""
ONE_AT_A_TIME = 7_351_029
"""Advisory lock, so that one process at a time erases."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days after a visit contact data is kept; None: for ever. `due` people's data would be erased at once."""

    retention_days: int | None
    due: int


async def read_retention(services: Services, by: Actor) -> Retention:
    """Return what the organisation has set. `due` is what the next run erases. Refuses FORBIDDEN to administrators of some venues."""
    refuse_other_venue(by, None)
    days = await services.database.records.fetchval(DATA.read_retention, by.org_id)
    return Retention(days, await count_due(services, by, days))


async def count_due(services: Services, by: Actor, days: int | None) -> int:
    """Return how many people's contact data would be erased at once with so many days."""
    if days is None:
        return 0
    cutoff = services.clock.now() - timedelta(days=days)
    due: int = await services.database.records.fetchval(DATA.count_due, by.org_id, cutoff)
    return due


async def set_retention(services: Services, by: Actor, days: int | None, *, dry_run: bool = False) -> Retention:
    """Set how many days after a visit contact data is kept; None: for ever. Refuses INVALID_REQUEST, and FORBIDDEN to administrators of some venues."""
    refuse_other_venue(by, None)
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        refuse_fields({"retention_days": f"Give 1 to {LONGEST_DAYS} days"})
    async with change(services, dry_run=dry_run) as connection:
        was = await connection.fetchval(DATA.read_retention, by.org_id)
        await connection.execute(DATA.set_retention, by.org_id, days)
        if was != days:
            await record_change(
                connection, services, by, AuditAction.RETENTION_CHANGED, by.org_id, before={"retention_days": was},
                after={"retention_days": days},
            )  # fmt: skip
    return Retention(days, await count_due(services, by, days))


async def erase_old_contacts(services: Services) -> int:
    """Erase what every organisation keeps no longer. Return how many rows were changed or deleted.

    Each batch is a transaction of its own, so a crash loses nothing and another process goes on.
    """
    erased = 0
    for row in await services.database.jobs.fetch(DATA.retentions):
        try:
            erased += await _erase_before(
                services, row["org_id"], services.clock.now() - timedelta(days=row["retention_days"])
            )
        except _AnotherErases:
            break
    return erased


async def _erase_before(services: Services, org_id: int, cutoff: datetime) -> int:
    """Erase the contact data of visits that were over at `cutoff`, and of orders, messages and notes that are older."""
    slots, erased = await _erase_slots(services, org_id, cutoff)
    erased += await _erase_orders(services, org_id, cutoff)
    erased += await _erase_others(services, org_id, cutoff)
    if erased or slots:
        telemetry.event(telemetry.CONTACTS_ERASED, level="INFO", slots=slots, rows=erased)
    return erased


async def _erase_slots(services: Services, org_id: int, cutoff: datetime) -> tuple[int, int]:
    slots = erased = 0
    for _ in range(MOST_BATCHES):
        due = await services.database.jobs.fetch(DATA.slots_to_erase, org_id, cutoff, SLOTS_AT_ONCE)
        for slot in due:
            erased += await _erase_slot(services, org_id, slot["id"])
        slots += len(due)
        if len(due) < SLOTS_AT_ONCE:
            break
    return slots, erased


async def _erase_slot(services: Services, org_id: int, slot_id: int) -> int:
    """Erase the visits of a slot, some hundreds at a time, however many it had. It is marked at the end: what was interrupted begins again."""
    erased = 0
    (row,) = await services.database.jobs.fetch_long(DATA.rows_of_slot, org_id, slot_id)
    for rows in batches_of(rows_of(row), ROWS_AT_ONCE):
        visits = rows.get("ticket_reservations", ())
        mails = await services.database.jobs.fetch(DATA.mails_of_visits, org_id, visits)
        async with _alone(services) as connection:
            erased += await erase_rows(connection, org_id, {**rows, "mail_outbox": [mail["id"] for mail in mails]})
    async with _alone(services) as connection:
        await connection.execute(DATA.slot_erased, org_id, slot_id, services.clock.now())
    return erased


def batches_of(rows: Rows, most: int) -> Iterator[Rows]:
    """Yield all of these rows, at most so many of a table at a time."""
    longest = max(map(len, rows.values()), default=0)
    for start in range(0, longest, most):
        yield {table: keys[start : start + most] for table, keys in rows.items() if len(keys) > start}


async def _erase_orders(services: Services, org_id: int, cutoff: datetime) -> int:
    erased = after = 0
    for _ in range(MOST_BATCHES):
        orders = [
            row["id"]
            for row in await services.database.jobs.fetch(DATA.orders_to_erase, org_id, cutoff, after, ROWS_AT_ONCE)
        ]
        if orders:
            async with _alone(services) as connection:
                tickets = [row["id"] for row in await connection.fetch(DATA.tickets_of_orders, org_id, orders)]
                erased += await erase_rows(connection, org_id, {"tickets": tickets, "orders": orders})
        if len(orders) < ROWS_AT_ONCE:
            break
        after = orders[-1]
    return erased


async def _erase_others(services: Services, org_id: int, cutoff: datetime) -> int:
    """Erase messages that belong to no reservation, and notes about scans."""
    erased = 0
    for _ in range(MOST_BATCHES):
        mails = [
            row["id"] for row in await services.database.jobs.fetch(DATA.mails_to_erase, org_id, cutoff, ROWS_AT_ONCE)
        ]
        notes = rows_of(await services.database.jobs.fetchrow(DATA.notes_to_erase, org_id, cutoff, ROWS_AT_ONCE))
        found = {"mail_outbox": mails, **notes}
        if not any(found.values()):
            break
        async with _alone(services) as connection:
            erased += await erase_rows(connection, org_id, found)
    return erased


@asynccontextmanager
async def _alone(services: Services) -> AsyncIterator[Any]:
    """Yield the connection of a transaction in which no other process erases.

    The lock is that of one batch: a transaction that stayed open for the whole run would be ended by the server as idle.
    """
    async with services.database.jobs.transaction() as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", ONE_AT_A_TIME):
            raise _AnotherErases
        yield connection


class _AnotherErases(Exception):
    """Another process is at work, which goes on with what is left."""
