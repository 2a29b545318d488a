"""The tickets of a party: checks the list of typed codes."""

from collections.abc import Sequence

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE
from hub.rules.ticket_code import normalise

MOST_TICKETS = 20
"""Largest number of tickets in a party."""


def party_codes(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the normalised codes in the order given. Refuses INVALID_REQUEST for a repeated code, none, or too many."""
    codes = tuple(normalise(text)[:LONGEST_CODE] for text in texts)
    if not 1 <= len(codes) <= MOST_TICKETS or len(set(codes)) < len(codes):
        problem = {"field": "ticket_codes", "message": "Name each ticket once, 1 to 20 of them"}
        raise Refused(Reason.INVALID_REQUEST, errors=[problem])
    return codes
