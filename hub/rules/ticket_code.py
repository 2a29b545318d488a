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
from urllib.parse import parse_qs, urlsplit

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_MODULUS = 31
_RADIX = 3
_RANDOM_CHARACTERS = 11
_RANDOM_CHARACTERS_OF_PARTY = 26
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_CANONICAL = re.compile(r"TKT-\d{4}-[A-Z0-9]{6}-[A-Z0-9]{6}", re.ASCII)
_LOOSE = re.compile(r"TKT-*(\d{4})-*([A-Z0-9]{6})-*([A-Z0-9]{6})", re.ASCII)
_INSIDE = re.compile(r"(?<![A-Z0-9])TKT-*\d{4}-*[A-Z0-9]{6}-*[A-Z0-9]{6}(?![A-Z0-9])", re.ASCII)
_CANONICAL_PARTY = re.compile(r"(?:BKG|GST)-[A-Z0-9]{27}", re.ASCII)
_LOOSE_PARTY = re.compile(r"(BKG|GST)((?:-*[A-Z0-9]){27})", re.ASCII)
_INSIDE_PARTY = re.compile(r"(?<![A-Z0-9])(?:BKG|GST)-*[A-Z0-9]{27}(?![A-Z0-9])", re.ASCII)
# Hyphens and dashes that phones, word processors and Chinese input methods insert instead of a hyphen.
_DASHES = dict.fromkeys(
    map(ord, "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u30fc\u2500_"), "-"
)
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


def looks_mistyped(code: str) -> bool:
    """Return whether a code that was not found has a prefix of ours but a wrong check character."""
    return code.startswith(("TKT", "BKG", "GST")) and not check(code)


def is_booking_code(code: str) -> bool:
    """Return whether a normalised code has the form of a booking's. Its check character may be wrong."""
    return code.startswith("BKG") and _CANONICAL_PARTY.fullmatch(code) is not None


def normalise(text: str) -> str:
    """Return the code in a text from a camera, a keyboard-wedge scanner or a keyboard.

    Our codes are returned in canonical form whatever their case, spaces, dashes or width, also if they are inside a URL. Any other
    code is returned unchanged but for surrounding blanks, control characters and lone surrogates.
    """
    if _CANONICAL.fullmatch(text) or _CANONICAL_PARTY.fullmatch(text):
        return text
    trimmed = _printable(text[:_LONGEST_TEXT]).strip()
    if "://" in trimmed or trimmed.startswith(("/", "www.")):
        trimmed = _out_of_url(trimmed)
    folded = "".join(unicodedata.normalize("NFKC", trimmed).translate(_DASHES).upper().split())
    ours = _LOOSE.fullmatch(folded)
    if ours:
        return f"TKT-{ours[1]}-{ours[2]}-{ours[3]}"
    party = _LOOSE_PARTY.fullmatch(folded)
    if party:
        return f"{party[1]}-{party[2].replace('-', '')}"
    return trimmed


def _printable(text: str) -> str:
    """Remove controls, invisible marks and surrogates, which wedge scanners and copied text contain."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character not in "\t\r\n" else " "
        for character in text
        if character in "\t\r\n\u00ad" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
    )


def _out_of_url(url: str) -> str:
    """Return the code or token in a URL: `?ticket=`, a code anywhere in it, or the token of one of our token pages."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query, max_num_fields=32)
    except ValueError:
        return url
    for name in _QUERY_NAMES:
        if query.get(name):
            return query[name][0].strip()
    capitals = url.translate(_DASHES).upper()
    inside = _INSIDE.search(capitals) or _INSIDE_PARTY.search(capitals)
    if inside:
        return inside[0]
    steps = [step for step in parts.path.split("/") if step]
    if len(steps) >= 2 and steps[-2] in _TOKEN_PAGES:
        return steps[-1]
    return url
