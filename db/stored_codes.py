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


async def meant_codes(database: Any, org_ids: Sequence[int], likely: Sequence[Sequence[str]]) -> list[str | None]:
    """Return for each list of codes the only one that a ticket of the organisation has; None without one, or with several."""
    asked = [(n, org_id, code) for n, (org_id, codes) in enumerate(zip(org_ids, likely, strict=True)) for code in codes]
    found: dict[int, list[str]] = {}
    if asked:
        rows = await database.fetch(CODES.existing_codes, [one[1] for one in asked], [one[2] for one in asked])
        for row in rows:
            found.setdefault(asked[row["n"] - 1][0], []).append(row["code"])
    return [found[n][0] if len(found.get(n, ())) == 1 else None for n in range(len(likely))]
