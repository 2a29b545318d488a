"""Countries of phone numbers: their names and calling codes, and the conversion of national numbers to E.164."""

import re
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

# The codes of one and of two digits; every other calling code has three. The pages have the same (digits.js).
_NUMBER = re.compile(r"\+([17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9][0-9]{2})([0-9]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Country:
    """A country with its own calling code. `code` is ISO 3166, `dial` holds the digits after the plus sign."""

    code: str
    name: str
    dial: int


@lru_cache(maxsize=4)
def countries(language: str) -> tuple[Country, ...]:
    """Return every country that has phone numbers, sorted by its name in `language`."""
    import phonenumbers

    names = Locale.parse(language).territories
    known = [
        Country(code, str(names.get(code, code)), phonenumbers.country_code_for_region(code))
        for code in phonenumbers.SUPPORTED_REGIONS
    ]
    return tuple(sorted(known, key=lambda one: one.name))


def international(typed: str, country: str) -> str:
    """Convert a national number to E.164: `02 1234 5678` in IT is `+390212345678`. Any other text is returned unchanged."""
    import phonenumbers

    region = country if country in phonenumbers.SUPPORTED_REGIONS else None
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return typed
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def spaced(number: str | None) -> str:
    """Return a number of E.164 for reading: threes, then as many fours as use up every digit. Any other text is returned unchanged."""
    found = _NUMBER.fullmatch(number or "")
    if found is None:
        return number or ""
    code, digits = found.groups()
    fours = min(len(digits) % 3, len(digits) // 4)
    threes = len(digits) - 4 * fours
    head, tail = digits[:threes], digits[threes:]
    groups = [head[at : at + 3] for at in range(0, len(head), 3)] + [tail[at : at + 4] for at in range(0, len(tail), 4)]
    return " ".join([f"+{code}", *groups])
