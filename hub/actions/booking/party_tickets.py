"""The tickets of a party: checks the list of typed codes."""

from collections.abc import Sequence
from typing import Any

from db.statements import load
from db.stored_codes import codes_without_case
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE
from hub.rules.ticket_code import is_ours, normalise

BOOKING = load("booking/reservations")
MOST_TICKETS = 20
"""Largest number of tickets in a party."""


async def ids_without_case(
    database: Any, asked: Sequence[tuple[int, str]], ids: Sequence[int | None]
) -> list[int | None]:
    """Return the ids, with those of unknown codes from elsewhere by the only one that differs in case alone."""
    known = list(ids)
    missed = [n for n, ticket_id in enumerate(known) if ticket_id is None and not is_ours(asked[n][1])]
    if not missed:
        return known
    codes = await codes_without_case(database, [asked[n][0] for n in missed], [asked[n][1] for n in missed])
    found = [(n, code) for n, code in zip(missed, codes, strict=True) if code is not None]
    if not found:
        return known
    rows = await database.fetch(BOOKING.ticket_ids, [asked[n][0] for n, _ in found], [code for _, code in found])
    for (n, _), row in zip(found, rows, strict=True):
        known[n] = row["id"]
    return known


def party_codes(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the normalised codes in the order given. Refuses INVALID_REQUEST for a repeated code, none, or too many."""
    codes = tuple(normalise(text)[:LONGEST_CODE] for text in texts)
    if not 1 <= len(codes) <= MOST_TICKETS or len(set(codes)) < len(codes):
        raise not_each_once()
    return codes


def not_each_once() -> Refused:
    """Return the refusal of a list with a repeated ticket, with none, or with too many."""
    problem = {"field": "ticket_codes", "message": "Name each ticket once, 1 to 20 of them"}
    return Refused(Reason.INVALID_REQUEST, errors=[problem])
