"""Movements: exits and returns on their way into the database, for the deeds that record them."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import asyncpg

from db import row_literals
from db.row_literals import known_text, text
from db.statements import load
from hub.events.announcements import Announcement, MovementsChanged, TicketsChanged
from hub.rules.decisions import Decision
from hub.rules.leaving import Absence
from hub.rules.scan_requests import ScanRequest

EXITS = load("scanning/exits")

log = logging.getLogger(__name__)


class Movement(NamedTuple):
    """One presentation judged. `way` None: it is logged, and nobody moves. Otherwise `venue_id` and `day` are those the entry
    was counted for, and `version` is the ticket's as it was read."""

    presentation: ScanRequest
    decision: Decision
    way: Literal["out", "in"] | None = None
    venue_id: int | None = None
    day: date | None = None
    version: int | None = None


async def absences_of(connection: Any, tickets: Sequence[tuple[int, int]]) -> list[tuple[Absence | None, int | None]]:
    """Of each ticket (organisation, id) where its holder has gone, and its version."""
    rows = await connection.fetch(EXITS.open_absences, [t[0] for t in tickets], [t[1] for t in tickets])
    return [
        (
            Absence(row["venue_id"], row["date"], row["left_at"], row["left_gate"]) if row["left_at"] else None,
            row["version"],
        )
        for row in rows
    ]


async def write_movements(
    connection: Any, movements: Sequence[Movement], now: datetime
) -> tuple[set[int], list[Announcement]]:
    """Log and record all of them; return the numbers of those whose ticket has changed meanwhile or whose scan another process
    has just logged (they are neither logged nor moved), and what is to be told of the others.

    Within a transaction of the caller's a deadlock and a scan logged already are raised as they are: it is broken as a whole.
    """
    raced: set[int] = set()
    told: list[Announcement] = []
    # In the order of their tickets, which is the order of locking.
    order = sorted(range(len(movements)), key=lambda n: _ticket_id(movements[n]))
    rows = await _write(connection, [movements[n] for n in order], now)
    if rows is None:
        # Another process logged one of these scans a moment ago: alone, the others go through.
        rows = []
        for n in order:
            alone = await _write(connection, [movements[n]], now)
            if alone is None or any(row["raced"] is not None for row in alone):
                raced.add(n)
            rows += [row for row in alone or () if row["raced"] is None]
    for row in rows:
        if row["raced"] is not None:
            raced.add(order[row["raced"] - 1])
        else:
            told.append(MovementsChanged.of(row))
    for n, movement in enumerate(movements):
        if movement.way is not None and n not in raced:
            p = movement.presentation
            change: Literal["left", "returned"] = "left" if movement.way == "out" else "returned"
            told.append(TicketsChanged.of(p.org_id, p.venue_id, [p.code], change))
    return raced, told


async def _write(connection: Any, movements: Sequence[Movement], now: datetime) -> list[Any] | None:
    literal = row_literals.rows(_row(movement) for movement in movements)
    while True:
        try:
            return list(await connection.fetch(EXITS.write_movements, literal, now))
        except asyncpg.DeadlockDetectedError:
            if connection.is_in_transaction():
                raise
            log.warning("door.deadlock")
        except asyncpg.UniqueViolationError:
            if connection.is_in_transaction():
                raise
            return None


def _ticket_id(movement: Movement) -> tuple[int, int]:
    ticket = movement.decision.ticket
    return movement.presentation.org_id, ticket.id if ticket else 0


def _row(movement: Movement) -> str:
    """The fields of `judged_movement`, in their order."""
    p, decision = movement.presentation, movement.decision
    ticket, reservation, verdict = decision.ticket, decision.reservation, decision.verdict
    return (
        f"{p.org_id},{decision.scan_id.hex},{p.venue_id},{p.operator_id},{p.mode},{p.source},"
        f"{known_text(p.gate)},{known_text(p.device)},{text(p.code)},{ticket.id if ticket else ''},"
        f"{f'{reservation.id},{reservation.slot_id}' if reservation else ','},{verdict.result},{verdict.reason.value},"
        f"{movement.way or ''},{_known(movement.venue_id)},{_known(movement.day)},{_known(movement.version)},"
        f"{'' if p.scanned_at is None else p.scanned_at.isoformat()}"
    )


def _known(value: int | date | None) -> str:
    return "" if value is None else str(value)
