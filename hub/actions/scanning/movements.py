"""The movements: exits and returns of ticket holders, written in one statement for many tickets."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import asyncpg

from db import row_literals
from db.row_literals import known_text, text
from db.statements import load
from hub.actions.scanning.kept_answer import as_text
from hub.events.announcements import Announcement, MovementsChanged, TicketsChanged
from hub.rules.decisions import Decision
from hub.rules.leaving import Absence
from hub.rules.scan_requests import ScanRequest

EXITS = load("scanning/exits")

log = logging.getLogger(__name__)


class Movement(NamedTuple):
    """One decided scan. Without a `way` it is only logged.

    `venue_id` and `day` are those of the counted entry; `version` is the ticket's version as it was read. `logged_day` is the
    business day as the log keeps it: an exit and a return belong to the day of their entry.
    """

    request: ScanRequest
    decision: Decision
    way: Literal["out", "in"] | None = None
    venue_id: int | None = None
    day: date | None = None
    version: int | None = None
    logged_day: date | None = None


async def absences_of(connection: Any, tickets: Sequence[tuple[int, int]]) -> list[tuple[Absence | None, int | None]]:
    """Return for each ticket (organisation, id) its holder's absence, and the ticket's version."""
    rows = await connection.fetch(EXITS.open_absences, [t[0] for t in tickets], [t[1] for t in tickets])
    return [
        (
            Absence(row["venue_id"], row["date"], row["left_at"], row["left_gate"], row["out"])
            if row["left_at"]
            else None,
            row["version"],
        )
        for row in rows
    ]


async def write_movements(
    connection: Any, movements: Sequence[Movement], now: datetime
) -> tuple[set[int], list[Announcement]]:
    """Log and record the movements. Return the numbers of the raced ones, and the announcements of the others.

    A movement has raced if its ticket has changed since it was read, or if another process has just logged its scan. It is
    neither logged nor recorded. Within a caller's transaction a deadlock or an already logged scan is raised, because it
    aborts the whole transaction.
    """
    raced: set[int] = set()
    announcements: list[Announcement] = []
    # In the order of their tickets, which is the order of locking.
    order = sorted(range(len(movements)), key=lambda n: _ticket_id(movements[n]))
    rows = await _write(connection, [movements[n] for n in order], now)
    if rows is None:
        # Another process has just logged one of these scans, so the others are written one by one.
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
            announcements.append(MovementsChanged.of(row))
    for n, movement in enumerate(movements):
        if movement.way is not None and n not in raced:
            request = movement.request
            change: Literal["left", "returned"] = "left" if movement.way == "out" else "returned"
            announcements.append(TicketsChanged.of(request.org_id, request.venue_id, [request.code], change))
    return raced, announcements


async def _write(connection: Any, movements: Sequence[Movement], now: datetime) -> list[Any] | None:
    """Return the rows of the statement; None if one of the scans was logged already."""
    literal = row_literals.rows(_row(movement) for movement in movements)
    answers = [as_text(movement.decision) for movement in movements]
    while True:
        try:
            return list(await connection.fetch(EXITS.write_movements, literal, now, answers))
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
    return movement.request.org_id, ticket.id if ticket else 0


def _row(movement: Movement) -> str:
    """The fields of the type `judged_movement`, in their order."""
    request, decision = movement.request, movement.decision
    ticket, reservation, verdict = decision.ticket, decision.reservation, decision.verdict
    return (
        f"{request.org_id},{decision.scan_id.hex},{request.venue_id},{request.operator_id},{request.mode},{request.source},"
        f"{known_text(request.gate)},{known_text(request.device)},{text(request.code)},{ticket.id if ticket else ''},"
        f"{f'{reservation.id},{reservation.slot_id}' if reservation else ','},{verdict.result},{verdict.reason.value},"
        f"{movement.way or ''},{_known(movement.venue_id)},{_known(movement.day)},{_known(movement.version)},"
        f"{'' if request.scanned_at is None else request.scanned_at.isoformat()},{decision.people},{_known(movement.logged_day)}"
    )


def _known(value: int | date | None) -> str:
    return "" if value is None else str(value)
