"""Scan facts: columns are read by position, so their names must equal the fields in the same order."""

from __future__ import annotations

import asyncpg
import pytest

from db.statements import load
from hub.actions.scanning.scan_facts import RESERVATION_COLUMNS, TICKET_COLUMNS
from hub.rules.entry_decision import ReservationFacts, TicketFacts

OTHER_NAMES = {"product_venue_id": "venue_id", "reservation_id": "id"}
STATEMENTS = [("scanning/entries", "read_entry_scans"), ("scanning/exits", "read_exit_scans")]


@pytest.fixture(params=STATEMENTS, ids=lambda statement: statement[1])
async def columns(database_url: str, request: pytest.FixtureRequest) -> list[str]:
    subject, name = request.param
    connection = await asyncpg.connect(database_url)
    statement = await connection.prepare(getattr(load(subject), name))
    columns = [OTHER_NAMES.get(column.name, column.name) for column in statement.get_attributes()]
    await connection.close()
    return columns


async def test_the_ticket_columns_are_the_fields_of_the_ticket_facts(columns):
    assert tuple(columns[TICKET_COLUMNS]) == TicketFacts._fields


async def test_the_reservation_columns_are_the_fields_of_the_reservation_facts(columns):
    assert tuple(columns[RESERVATION_COLUMNS]) == ReservationFacts._fields
