"""The likely slips in a mistyped code of a ticket: the codes with a right check character that one slip makes of it.

Each place has exactly one character with which the check agrees, so that of a random slip one of about twelve is right. Only a
look-up tells which, if any: nothing here is shown to anybody unless it exists. models/code_slips.js has the same.
"""

import re
from itertools import pairwise

from hub.rules.ticket_code import ALPHABET, check

_FORM = re.compile(r"TKT-\d{4}-[A-Z0-9]{6}-[A-Z0-9]{6}", re.ASCII)
_PLACES = (*range(9, 15), *range(16, 22))


def likely_codes(code: str) -> list[str]:
    """Return the codes that differ from this one in one character, or in two neighbours that changed places. None for a right code."""
    if not _FORM.fullmatch(code) or check(code):
        return []
    strange = [place for place in _PLACES if code[place] not in ALPHABET]
    if len(strange) > 1:
        return []
    tried = [
        code[:place] + other + code[place + 1 :]
        for place in strange or _PLACES
        for other in ALPHABET
        if other != code[place]
    ]
    for first, second in pairwise(_PLACES):
        letters = list(code)
        letters[first], letters[second] = letters[second], letters[first]
        tried.append("".join(letters))
    return list(dict.fromkeys(one for one in tried if check(one)))
