"""Erasing the personal data of rows, by the statements made from the classification of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db.statements import load
from hub.rules.personal_data import PERSONAL, erase_statement

BOOKING = load("booking/reservations")

Rows = Mapping[str, Sequence[Any]]
"""The keys of rows, by table."""


async def erase_rows(connection: Any, org_id: int, rows: Rows) -> int:
    """Erase what is personal in these rows, in a transaction of the caller. Return how many rows were changed or deleted.

    Tickets are locked first, in order of their ids, and every other table follows in the order of locking.
    """
    erased = 0
    tickets = rows.get("tickets")
    if tickets:
        await connection.fetch(BOOKING.lock_tickets, org_id, tickets)
    for table in PERSONAL:
        keys = rows.get(table)
        if keys:
            done = await connection.execute(erase_statement(table), org_id, keys)
            erased += int(done.rpartition(" ")[2])
    return erased


def rows_of(row: Any) -> dict[str, list[Any]]:
    """Return the keys of a row whose columns are tables."""
    return {table: list(row[table]) for table in row.keys()}  # noqa: SIM118 - a record is no mapping
