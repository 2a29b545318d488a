"""Ticket and booking codes: makes codes, checks their check character (ISO 7064), and normalises scanned text.

Our codes are `TKT-YYYY-XXXXXX-XXXXXX`. The twelve characters are digits and capitals without 0 O 1 I L, which people confuse:
31 remain. Eleven are random, about 54 bits, and the last is an ISO 7064 pure-system check character. 31 is prime, and 3 is a
primitive root of it. So MOD 31 with radix 3 catches every single substitution and every transposition of two characters,
adjacent or not. The year is the first digit of the weighted sum.

A booking's code, `BKG-` and 27 characters of the same alphabet, admits a whole party and may be photographed from afar. So 26
of them are random, 128.8 bits, and the last is a check character as above. It has no dashes inside: with capitals and digits
alone its QR code is small. A guest's code is `GST-` and 27 characters made the same way. No kind of code is ever read as another.
"""

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import parse_qsl

from hub.rules.digits import ascii_digits

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_MODULUS = 31
_RADIX = 3
_RANDOM_CHARACTERS = 11
_RANDOM_CHARACTERS_OF_PARTY = 26
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_CANONICAL = re.compile(r"TKT-\d{4}-[A-Z0-9]{6}-[A-Z0-9]{6}", re.ASCII)
_CANONICAL_PARTY = re.compile(r"(?:BKG|GST)-[A-Z0-9]{27}", re.ASCII)
# A code of ours at any place of a folded text: written tightly, then with blanks and dashes anywhere. Each looks ahead, so that
# a code is also found inside what only looks like one. Between the groups may stand what a foreign keyboard makes of a dash.
_GAP = "[^A-Z0-9]{0,3}"
_ANYWHERE = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"(?=(BKG|GST){_GAP}([A-Z0-9]{{27}}))",
        rf"(?=(TKT){_GAP}(\d{{4}}){_GAP}([A-Z0-9]{{6}}){_GAP}([A-Z0-9]{{6}}))",
        r"(?=(BKG|GST)((?:[ .-]*[A-Z0-9]){27}))",
        r"(?=(TKT)((?:[ .-]*\d){4})((?:[ .-]*[A-Z0-9]){6})((?:[ .-]*[A-Z0-9]){6}))",
    )
)
_WHOLE = re.compile(r"(TKT)(\d{4})([A-Z0-9]{6})([A-Z0-9]{6})|(BKG|GST)([A-Z0-9]{27})", re.ASCII)
_BOUNDED = re.compile(
    r"(?<![A-Z0-9])(?:(TKT)-*(\d{4})-*([A-Z0-9]{6})-*([A-Z0-9]{6})|(BKG|GST)-*([A-Z0-9]{27}))(?![A-Z0-9])", re.ASCII
)
_SEPARATORS = re.compile("[ .-]+")
# Hyphens and dashes that phones, word processors and Chinese input methods insert instead of a hyphen, and the German keyboard's key.
_DASHES = dict.fromkeys(
    map(ord, "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u30fc\u2500_\u00df"), "-"
)
# What stands around a code: an AIM identifier, a label, quotes and brackets, the stars of Code 39, the end of a sentence.
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z](?=.)", re.ASCII)
_LABEL = re.compile(r"[^\W\d_]+(?:[ .'\u2019-]+[^\W\d_]+){0,4}[ .#]{0,3}(?:: |\uff1a) *(?=.)")
_PAIRS = frozenset({'""', "''", "**", "()", "[]", "<>", "{}", "``", "\u201c\u201d", "\u2018\u2019", "\u00ab\u00bb",
                    "\u201e\u201c", "\u300c\u300d", "\u3010\u3011", "\uff08\uff09", "\u300a\u300b"})  # fmt: skip
_BEFORE = "~* "
_AFTER = "~* .,;:!?\u3002\uff0c\uff1b\uff1a\uff01\uff1f"
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.|(?<!\S)/)\S*", re.ASCII | re.IGNORECASE)
_AFTER_ADDRESS = _AFTER + "\"'`)>]}\u201d\u2019\u00bb"
_QUERY_NAMES = ("ticket", "ticket_code", "code", "token")
_TOKEN_PAGES = frozenset({"b", "r", "t"})
_LONGEST_TEXT = 2048


def new_code(year: int, choose: Callable[[int], int]) -> str:
    """Return a new code. `choose(31)` must give an unpredictable index, as `secrets.randbelow` does."""
    body = "".join([ALPHABET[choose(_MODULUS)] for _ in range(_RANDOM_CHARACTERS)])
    whole = body + check_character(year, body)
    return f"TKT-{year:04d}-{whole[:6]}-{whole[6:]}"


def new_booking_code(choose: Callable[[int], int]) -> str:
    """Return a new code of a booking. `choose` is as for `new_code`."""
    return _new_party_code("BKG", choose)


def new_guest_code(choose: Callable[[int], int]) -> str:
    """Return a new code of a guest. `choose` is as for `new_code`."""
    return _new_party_code("GST", choose)


def _new_party_code(prefix: str, choose: Callable[[int], int]) -> str:
    body = "".join([ALPHABET[choose(_MODULUS)] for _ in range(_RANDOM_CHARACTERS_OF_PARTY)])
    return f"{prefix}-{body}{check_character(0, body)}"


def check_character(year: int, body: str) -> str:
    """Return the last character for the other characters of a code. The code of a booking or a guest has no year: it is 0."""
    remainder = year % _MODULUS
    for character in body:
        remainder = (remainder * _RADIX + _VALUE[character]) % _MODULUS
    return ALPHABET[(1 - remainder * _RADIX) % _MODULUS]


def check(code: str) -> bool:
    """Whether this is a well-formed code of ours, of a ticket, a booking or a guest, with the right check character.

    False does not mean that the code is unknown: imported codes have no check character. It only tells a mistyped code from
    one that does not exist.
    """
    if _CANONICAL.fullmatch(code):
        remainder, characters = int(code[4:8]) % _MODULUS, code[9:15] + code[16:]
    elif _CANONICAL_PARTY.fullmatch(code):
        remainder, characters = 0, code[4:]
    else:
        return False
    for character in characters:
        value = _VALUE.get(character)
        if value is None:
            return False
        remainder = (remainder * _RADIX + value) % _MODULUS
    return remainder == 1


def is_ours(code: str) -> bool:
    """Return whether a normalised code has the canonical form of ours. Its check character may be wrong."""
    return _CANONICAL.fullmatch(code) is not None or _CANONICAL_PARTY.fullmatch(code) is not None


def looks_mistyped(code: str) -> bool:
    """Return whether a code that was not found has a prefix of ours but a wrong check character."""
    return code.startswith(("TKT", "BKG", "GST")) and not check(code)


def is_booking_code(code: str) -> bool:
    """Return whether a normalised code has the form of a booking's. Its check character may be wrong."""
    return code.startswith("BKG") and _CANONICAL_PARTY.fullmatch(code) is not None


def normalise(text: str) -> str:
    """Return the code in a text from a camera, a hardware scanner, a keyboard or a file.

    A code of ours with the right check character is found wherever it stands. Else what stands around the code is taken away: an
    address, an AIM identifier, a label, quotes, the end of a sentence. What is left is a mistyped code of ours in its canonical
    form, or another's code as it was written. `models/ticket_code.js` reads the same; `tests/rules/code_cases.json` has the cases.
    """
    if _CANONICAL.fullmatch(text) or _CANONICAL_PARTY.fullmatch(text):
        return text
    return _read(text[:_LONGEST_TEXT])


def _read(text: str, *, inside_address: bool = False) -> str:
    plain = _printable(text)
    folded = _folded(plain)
    for pattern in _ANYWHERE:
        for found in pattern.finditer(folded):
            code = _canonical(found.groups())
            if check(code):
                return code
    bare = _unwrapped(unicodedata.normalize("NFC", plain))
    folded = _folded(bare)
    ours = _WHOLE.fullmatch(_SEPARATORS.sub("", folded)) or _BOUNDED.search(folded)
    if ours:
        return _canonical(ours.groups())
    address = None if inside_address else _ADDRESS.search(bare)
    value = _out_of_address(address[0].rstrip(_AFTER_ADDRESS)) if address else None
    return bare if value is None else _read(value, inside_address=True)


def _canonical(groups: tuple[str | None, ...]) -> str:
    return "-".join([_SEPARATORS.sub("", group) for group in groups if group])


def _folded(text: str) -> str:
    return ascii_digits(unicodedata.normalize("NFKC", text)).translate(_DASHES).upper()


def _printable(text: str) -> str:
    """Replace blanks and controls by spaces, and remove invisible marks and surrogates, which scanners and copied text contain."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category[0] == "Z" or category == "Cc":
            kept.append(" ")
        elif character == "\u00ad" or category not in {"Cf", "Cs", "Co"}:
            kept.append(character)
    return "".join(kept).strip(" ")


def _unwrapped(text: str) -> str:
    """Take away what stands around a code, until nothing more does."""
    before = None
    while text != before:
        before = text
        for prefix in _AIM, _LABEL:
            found = prefix.match(text)
            text = text[found.end() :] if found else text
        if len(text) > 2 and text[0] + text[-1] in _PAIRS:
            text = text[1:-1].strip(" ")
        text = text.lstrip(_BEFORE).rstrip(_AFTER) or text
    return text


def _out_of_address(address: str) -> str | None:
    """Return the code or token in an address: `?ticket=` and its like, or the token of one of our token pages; None without one."""
    path, _, query = address.partition("#")[0].partition("?")
    values = parse_qsl(query)
    for wanted in _QUERY_NAMES:
        for name, value in values:
            if name == wanted:
                return value
    steps = [step for step in path.split("/") if step]
    return steps[-1] if len(steps) >= 2 and steps[-2] in _TOKEN_PAGES else None
