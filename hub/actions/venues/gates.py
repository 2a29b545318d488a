"""Gates: listed, added, renamed, retired, opened again and deleted. A retired gate is no longer offered to scanners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

import asyncpg

from db.pool import TooLong
from db.statements import load
from hub.access.scanners import scanner_changed, scanner_of
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND, change, record_change, refuse_other_version
from hub.actions.venues.venues import venue_of
from hub.events.announcements import Announcement, SessionRevoked
from hub.rules.audit_actions import AuditAction
from hub.rules.log_spans import BEGINNING, FIRST_SPAN, SHORTEST_SPAN, next_span, shorter_span
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import clean_line
from hub.services import Services
from hub.text.languages import N_

GATES = load("venues/gates")
SESSIONS = load("staff/sessions")
LONGEST_GATE = 40


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate of a venue. `retired_at` is set if it is no longer in use."""

    gate_id: int
    venue_id: int
    venue: str
    name: str
    retired_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class GatePage:
    """One page of gates, newest first. `next` is the `before` of the following page; None at the end."""

    gates: tuple[Gate, ...]
    next: int | None


async def list_gates(
    services: Services, org_id: int, *, venue_id: int | None = None, before: int | None = None, limit: int = 50
) -> GatePage:
    """Return the gates of the organisation, or of one venue."""
    rows = await services.database.fetch(GATES.list_gates, org_id, venue_id, before or BEYOND, limit + 1)
    gates = tuple(Gate(**row) for row in rows[:limit])
    return GatePage(gates, gates[-1].gate_id if len(rows) > limit else None)


async def names_in_use(services: Services, org_id: int, venue_id: int) -> list[str]:
    """Return the names of a venue's gates that are not retired, in their order. A scanner offers these and no others."""
    return [row["name"] for row in await services.database.fetch(GATES.names_in_use, org_id, venue_id)]


async def read_gate(services: Services, org_id: int, gate_id: int) -> Gate:
    """Return one gate. Refuses NOT_FOUND."""
    return await _read(services.database, org_id, gate_id)


async def add_gate(
    services: Services, by: Actor, name: str, *, venue_id: int | None = None, dry_run: bool = False
) -> Gate:
    """Add a gate to the named venue, or to the administrator's. Refuses INVALID_REQUEST, and NOT_FOUND for an unknown venue."""
    cleaned = check_gate(name)
    where = await venue_of(services, by, venue_id)
    async with change(services, dry_run=dry_run) as connection:
        try:
            gate_id = await connection.fetchval(GATES.add_gate, by.org_id, where, cleaned)
        except asyncpg.UniqueViolationError:
            raise _name_taken() from None
        if gate_id is None:
            raise Refused(Reason.NOT_FOUND)
        gate = await _read(connection, by.org_id, gate_id)
        await record_change(
            connection, services, by, AuditAction.GATE_ADDED, gate_id, venue_id=where, after=_recorded(gate)
        )
    return gate


async def change_gate(
    services: Services, by: Actor, gate_id: int, *, name: str | None = None, retired: bool | None = None,
    version: int | None = None, dry_run: bool = False,
) -> Gate:  # fmt: skip
    """Rename a gate, retire it, or open it again; None leaves either. Scans keep the name that the gate had.

    Another name ends the sessions of whoever is limited to this gate, because these carry the old one. Enrolled scanners at the gate
    learn the new one at once. Refuses NOT_FOUND, VERSION_MISMATCH, and INVALID_REQUEST for a name that is taken.
    """
    cleaned = None if name is None else check_gate(name)
    async with change(services, dry_run=dry_run) as connection:
        row = await connection.fetchrow(GATES.lock_gate, by.org_id, gate_id)
        if row is None:
            raise Refused(Reason.NOT_FOUND)
        refuse_other_venue(by, row["venue_id"])
        refuse_other_version(row, version)
        was = await _read(connection, by.org_id, gate_id)
        try:
            await connection.execute(GATES.change_gate, by.org_id, gate_id, cleaned, retired, services.clock.now())
        except asyncpg.UniqueViolationError:
            raise _name_taken() from None
        gate = await _read(connection, by.org_id, gate_id)
        announced: list[Announcement] = []
        if gate.name != was.name:
            announced = await _end_sessions_at(connection, by, gate_id)
            announced += await _renew_scanners(connection, services, by, gate_id)
        await record_change(
            connection, services, by, AuditAction.GATE_CHANGED, gate_id, venue_id=gate.venue_id, before=_recorded(was),
            after=_recorded(gate),
        )  # fmt: skip
    if not dry_run:
        services.announcer.publish(announced)
        services.products.forget()
    return gate


async def delete_gate(
    services: Services, by: Actor, gate_id: int, *, version: int | None = None, dry_run: bool = False
) -> None:
    """Delete a gate that nothing names. It ends the sessions of whoever was limited to it.

    Refuses NOT_FOUND, FORBIDDEN outside of the scope, VERSION_MISMATCH, and GATE_IN_USE.
    """
    async with change(services, dry_run=dry_run) as connection:
        row = await connection.fetchrow(GATES.lock_gate, by.org_id, gate_id)
        if row is None:
            raise Refused(Reason.NOT_FOUND)
        refuse_other_venue(by, row["venue_id"])
        refuse_other_version(row, version)
        was = await _read(connection, by.org_id, gate_id)
        if await _is_named_by_scans(services, by.org_id, row["venue_id"], row["name"]):
            raise Refused(Reason.GATE_IN_USE)
        try:
            await connection.execute(GATES.delete_gate, by.org_id, gate_id)
        except asyncpg.ForeignKeyViolationError:
            raise Refused(Reason.GATE_IN_USE) from None
        ended = await _end_sessions_at(connection, by, gate_id)
        await record_change(
            connection, services, by, AuditAction.GATE_DELETED, gate_id, venue_id=row["venue_id"], before=_recorded(was)
        )
    if not dry_run:
        services.announcer.publish(ended)


async def _end_sessions_at(connection: Any, by: Actor, gate_id: int) -> list[Announcement]:
    """End the sessions of whoever is limited to this gate among others. Return what to announce after the commit."""
    people = [row["id"] for row in await connection.fetch(GATES.hold_people_of_gate, by.org_id, gate_id)]
    rows = await connection.fetch(SESSIONS.end_sessions_of_people, by.org_id, people, None)
    return [SessionRevoked(by.org_id, row["jti"], None, None) for row in rows]


async def _renew_scanners(connection: Any, services: Services, by: Actor, gate_id: int) -> list[Announcement]:
    """Give the scanners at this gate a new version. Return what to announce after the commit."""
    rows = await connection.fetch(GATES.renew_scanners_of_gate, by.org_id, gate_id, services.clock.now())
    return [event for row in rows for event in scanner_changed(by.org_id, row["id"], scanner_of(row))]


def check_gate(name: str) -> str:
    """Return the name as it is stored. Refuses INVALID_REQUEST."""
    try:
        return clean_line(name, LONGEST_GATE, required=True)
    except ValueError as wrong:
        raise Refused(Reason.INVALID_REQUEST, errors=[{"field": "name", "message": str(wrong)}]) from None


def _name_taken() -> Refused:
    return Refused(
        Reason.INVALID_REQUEST, errors=[{"field": "name", "message": N_("This venue has a gate of that name already")}]
    )


async def _read(database: Any, org_id: int, gate_id: int) -> Gate:
    row = await database.fetchrow(GATES.read_gate, org_id, gate_id)
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    return Gate(**row)


def _recorded(gate: Gate) -> dict[str, Any]:
    return {"name": gate.name, "retired": gate.retired_at is not None}


async def _is_named_by_scans(services: Services, org_id: int, venue_id: int, name: str) -> bool:
    """Return whether a scan names the gate. No index has the gates, so the log is read, span by span: 6.5 s for ten million scans."""
    until, span = services.clock.now() + FIRST_SPAN, FIRST_SPAN
    while until > BEGINNING:
        since, asked = until - span, monotonic()
        try:
            # This pool plans along the index of the log.
            if await services.database.records.fetchval(GATES.is_named_by_scans, org_id, venue_id, name, since, until):
                return True
        except TooLong:
            if span <= SHORTEST_SPAN:
                raise
            span = shorter_span(span)
            continue
        until, span = since, next_span(span, monotonic() - asked)
    return False
