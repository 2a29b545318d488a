"""Codes of tickets as they are stored: those from elsewhere are found without regard to case, where exactly one matches."""

from collections.abc import Sequence
from typing import Any

from db.organisation import working_for
from db.statements import load

CODES = load("tickets/codes")


async def codes_without_case(connection: Any, org_ids: Sequence[int], codes: Sequence[str]) -> list[str | None]:
    """Return for each code, of which there is no exact one, the only stored one that differs in case alone; None without it."""
    with working_for(None):  # row-level security would hide the index
        rows = await connection.fetch(CODES.codes_without_case, list(org_ids), list(codes))
    return [row["code"] for row in rows]


async def code_as_stored(database: Any, org_id: int, code: str) -> str:
    """Return the code as a ticket has it: the exact one first, else the only one that differs in case alone. Else the code itself."""
    with working_for(None):
        stored = await database.fetchval(CODES.code_as_stored, org_id, code)
    return code if stored is None else str(stored)
