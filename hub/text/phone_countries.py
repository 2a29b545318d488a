"""Countries of phone numbers: their names and calling codes, and the conversion of national numbers to E.164."""

from dataclasses import dataclass
from functools import lru_cache

from babel import Locale


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
