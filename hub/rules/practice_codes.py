"""Practice codes: what the scanner's training mode reads instead of tickets.

They have the form of our codes and a right check character, so that they are read like any code. No ticket has one: theirs is the
year 0000, and a booking's begins with a word where others are random. The pages know them by their beginning
(`web/static/js/models/practice/practice_codes.js`), and send none to the hub.
"""

from collections.abc import Mapping
from typing import Final

from hub.rules.ticket_code import ALPHABET, check_character

_WORD = "PRACTCE"
_TICKET_FILL, _BOOKING_FILL = "22", "2" * 17
PARTIES: Final = frozenset({"party", "too-many", "unconfirmed", "some-leave"})
"""The visitors who show the code of a booking."""
VISITORS: Final = (
    "valid", "used", "wrong-date", "too-early", "no-reservation", "unreserved", "unknown", "not-activated", "expired", "cancelled",
    "wrong-venue", "wrong-gate", "attention", "question-yes", "question-no", "party", "too-many", "unconfirmed", "full", "undone",
    "returning", "leaves", "left-before", "never-in", "some-leave", "alone-valid", "not-listed", "changed", "no-list", "alone-exit",
)  # fmt: skip
"""The visitors of the training in their order, as `web/static/js/models/practice/visitors.js` has them."""


def practice_codes() -> Mapping[str, str]:
    """Return the code of each visitor of the training, in the order of the visitors."""
    return {name: _code(place, party=name in PARTIES) for place, name in enumerate(VISITORS)}


def _code(place: int, *, party: bool) -> str:
    number = ALPHABET[place // len(ALPHABET)] + ALPHABET[place % len(ALPHABET)]
    body = _WORD + (_BOOKING_FILL if party else _TICKET_FILL) + number
    whole = body + check_character(0, body)
    return f"BKG-{whole}" if party else f"TKT-0000-{whole[:6]}-{whole[6:]}"
